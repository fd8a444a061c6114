/** Every moment at which the copilot was asked, over all takes of a scenario, with what it answered. */
import { readAnswer } from "./answers.js";
import { isByCopilot } from "./messages.js";
import { compareTs } from "./time.js";

/** The message that a whisper answers, to the asker alone: its blocks name it. */
const askedIn = ({ blocks }) => /^cp:msg:[^:]+:[^:]+:([\d.]+):/.exec(blocks?.[0]?.block_id ?? "")?.[1];

/**
 * Follow asks and answers in the store; they outlive a take and a reload of the page.
 *
 * @param {object} store
 * @param {(id: string) => string} nameOf
 */
export function followAsks(store, nameOf) {
  const { state } = store;
  let key = null;

  function begin(question) {
    state.asks.push({ take: state.scenario.take, ts: state.clock.ts, question, answerTs: null, answer: null });
    changed();
  }

  function changed() {
    sessionStorage.setItem(key, JSON.stringify(state.asks));
    store.changed("asks");
  }

  function onState() {
    if (key !== keyOf(state)) {
      key = keyOf(state);
      state.asks = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    }
    for (const message of state.messages.values()) notice(message);
    store.changed("asks");
  }

  function notice(message) {
    if (!isAnswer(message, state)) return;
    const asked = askOf(message);
    asked.answerTs = message.ts;
    asked.isStreaming = Boolean(message.stream);
    asked.answer = readAnswer(message, nameOf);
  }

  function hear(whisper) {
    const text = state.messages.get(askedIn(whisper))?.text ?? "";
    const words = ({ question }) => question.replace(/^@copilot\s*/, "");
    const asked = state.asks.findLast((one) => !one.answerTs && words(one) && text.endsWith(words(one)));
    if (asked) asked.isTold = true;
    if (asked) changed();
  }

  function askOf(message) {
    const mine = state.asks.filter((asked) => asked.take === state.scenario.take);
    const known = mine.find((asked) => asked.answerTs === message.ts);
    if (known) return known;
    const open = mine.find((asked) => !asked.answerTs && !asked.isTold && compareTs(asked.ts, message.ts) <= 0);
    if (open) return open;
    const found = { take: state.scenario.take, ts: message.ts, question: "", answerTs: null, answer: null };
    state.asks.push(found);
    return found;
  }

  store.on("whispers", (_, { whisper } = {}) => whisper && hear(whisper));
  store.on("state", onState);
  store.on("messages", (_, { message }) => {
    if (!isAnswer(message, state)) return;
    notice(message);
    changed();
  });
  return { begin };
}

const keyOf = (state) => `asks:${state.scenario?.id}:${state.scenario?.start}`;

/** Whether a message is an answer: by the copilot, with words, and no shared file. */
export const isAnswer = (message, state) =>
  isByCopilot(message, state) && !message.files?.length && Boolean(message.blocks?.length || message.text);

/**
 * Compare the copilot with the people, from what was really answered.
 *
 * @param {object} state of the store
 * @returns {{foundAt: string, first: object|null, under: string, wasAsked: boolean}} `first` is the first
 *   ask, in the incident's time and not after the people, whose answer cites the trigger.
 */
export function compare(state) {
  const { found_at: foundAt, trigger_ts: triggerTs } = state.scenario;
  const inTime = state.asks
    .filter((asked) => asked.answer && compareTs(asked.ts, foundAt) < 0)
    .sort((one, other) => compareTs(one.ts, other.ts));
  for (const asked of inTime) {
    const cites = asked.answer.cites.filter((cite) => cite.ts === triggerTs);
    if (cites.length) return { foundAt, first: asked, under: cites.find((cite) => cite.under)?.under ?? "", wasAsked: true };
  }
  return { foundAt, first: null, under: "", wasAsked: inTime.length > 0 };
}
