/** The last run outlives a reload of the page, as the answer above it does. */
import { isByCopilot } from "./messages.js";
import { isReading } from "./runs.js";

/**
 * Keep the newest run that worked on the incident, and bring it back to a page that knows of none.
 *
 * @param {object} store
 */
export function keepLastRun(store) {
  const { state } = store;

  store.on("runs", (_, { run }) => {
    if (isReading(run) && state.scenario) sessionStorage.setItem(keyOf(state), JSON.stringify(run));
  });
  store.on("state", () => {
    const isAnswered = [...state.messages.values()].some((message) => isByCopilot(message, state));
    const kept = JSON.parse(sessionStorage.getItem(keyOf(state)) ?? "null");
    if (kept && isAnswered && state.runs.size === 0) state.runs.set(kept.id, { ...kept, isKept: true });
  });
}

const keyOf = ({ scenario }) => `run:${scenario?.id}:${scenario?.start}`;
