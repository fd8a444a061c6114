/** The scenario's clock: play, pause, speed, and the tape with every message as a tick. */
import { el, fill, vary } from "./dom.js";
import { severityOf } from "./attachments.js";
import { isByCopilot, isGone } from "./messages.js";
import { day, hhmm, hhmmss, seconds, tsOf } from "./time.js";

const SPEEDS = [1, 10, 60, 300];
const AXIS_STEPS_MINUTES = [5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880, 10080];
const MOST_LABELS = 9;
/** From this part of the tape on, a label to the right of its mark would leave a narrow screen. */
const LATE = 0.75;

/** Draw play, pause and speed into `root`; `move` posts to the clock. */
export function createTransport(root, { move }) {
  const time = el("time", { class: "now", text: "--:--:--" });
  const play = el("button", { type: "button", class: "play", "aria-label": "Play", text: "▶" });
  const speed = el("select", { class: "speed", "aria-label": "Speed of the clock" });
  fill(speed, SPEEDS.map((value) => el("option", { value: String(value), text: `×${value}` })));
  fill(root, play, speed, time, el("span", { class: "zone", text: "UTC" }));
  let isPaused = true;
  const toggle = () => move({ action: isPaused ? "play" : "pause" });
  play.addEventListener("click", toggle);
  speed.addEventListener("change", () => move({ action: "speed", speed: Number(speed.value) }));

  function update({ clock }) {
    if (!clock) return;
    isPaused = clock.paused;
    time.textContent = hhmmss(clock.ts);
    play.textContent = isPaused ? "▶" : "❚❚";
    play.setAttribute("aria-label", isPaused ? "Play" : "Pause");
    root.classList.toggle("is-paused", isPaused);
    if (document.activeElement !== speed) speed.value = speedOption(speed, clock.speed);
  }

  return { update, toggle };
}

function speedOption(select, value) {
  if (!SPEEDS.includes(value) && ![...select.options].some((option) => option.value === String(value))) {
    select.append(el("option", { value: String(value), text: `×${value}` }));
  }
  return String(value);
}

/**
 * Draw the tape into `root`.
 *
 * @param {HTMLElement} root
 * @param {object} options
 * @param {(body: object) => void} options.move posts to the clock.
 * @param {() => void} options.askHere asks the scenario's question at this moment.
 */
export function createTape(root, { move, askHere }) {
  const ticks = el("div", { class: "ticks", "aria-hidden": "true" });
  const axis = el("div", { class: "axis", "aria-hidden": "true" });
  const slider = el("input", { type: "range", class: "slider", "aria-label": "Moment of the incident", step: "1" });
  const bubble = el("output", { class: "bubble", hidden: true });
  const ask = el("button", { type: "button", class: "ask-here", text: "Ask here", on: { click: askHere } });
  const skip = el("button", { type: "button", class: "skip", text: "To the question ⇥", hidden: true });
  const track = el("div", { class: "track" }, el("div", { class: "rail" }), el("div", { class: "played" }), ticks, slider, bubble, axis);
  fill(root, track, el("div", { class: "tape-side" }, skip, ask));
  let isHeld = false;
  let scenario = null;
  const share = (ts) => Math.min(Math.max((seconds(ts) - seconds(scenario.start)) / length(), 0), 1);
  const place = (ts) => `${share(ts) * 100}%`;
  const length = () => Math.max(seconds(scenario.end) - seconds(scenario.start), 1);
  const chosen = () => tsOf(seconds(scenario.start) + Number(slider.value));

  slider.addEventListener("input", () => {
    isHeld = true;
    preview(chosen());
  });
  slider.addEventListener("change", () => {
    isHeld = false;
    bubble.hidden = true;
    move({ action: "seek", ts: chosen() });
  });
  skip.addEventListener("click", () => move({ action: "seek", ts: scenario.ask_at }));

  function preview(ts) {
    bubble.hidden = false;
    bubble.textContent = `${hhmm(ts)} UTC`;
    vary(track, "--at", place(ts));
    slider.setAttribute("aria-valuetext", `${hhmm(ts)} UTC`);
  }

  /** Draw marks anew: after a message, an ask or another take. */
  function update(state) {
    scenario = state.scenario;
    if (!scenario) return;
    slider.max = String(Math.round(length()));
    fill(axis, axisLabels(scenario).map((ts) => vary(el("span", { text: axisWords(ts, length()) }), "--x", place(ts))));
    fill(ticks, tickNodes(state), askNodes(state), flagNode(scenario));
    updateClock(state);
  }

  function updateClock(state) {
    if (!scenario || !state.clock) return;
    const now = seconds(state.clock.ts);
    skip.hidden = now >= seconds(scenario.ask_at) - 1;
    ask.textContent = state.asks.length ? "Ask again here" : "Ask here";
    if (isHeld) return;
    slider.value = String(now - seconds(scenario.start));
    slider.setAttribute("aria-valuetext", `${hhmm(state.clock.ts)} UTC`);
    vary(track, "--at", place(state.clock.ts));
  }

  function tickNodes(state) {
    const mine = [...state.messages.values()].filter((message) => isByCopilot(message, state));
    const answers = mine.map(({ ts }) => ({ ts, kind: "copilot" }));
    const told = (scenario.ticks ?? []).map(({ ts, alert }) => ({ ts, ...kindOf(state.messages.get(ts), alert) }));
    return [...told, ...answers].map(({ ts, kind }) => vary(el("i", { class: `tick tick-${kind}`, data: { ts } }), "--x", place(ts)));
  }

  const askNodes = (state) =>
    state.asks.map((asked) => vary(el("i", { class: "asked-mark", title: `asked at ${hhmm(asked.ts)}` }), "--x", place(asked.ts)));

  const flagNode = ({ ask_at: askAt }) => vary(el("i", { class: `flag ${share(askAt) > LATE ? "is-late" : ""}` }, el("b", { text: "question" })), "--x", place(askAt));

  return { update, updateClock };
}

/** How a tick looks: a message that has not come yet shows no more than that it will. */
function kindOf(message, isAlert) {
  if (!message) return { kind: isAlert ? "info is-ahead" : "talk is-ahead" };
  return { kind: isGone(message) ? "gone" : (severityOf(message) ?? "talk") };
}

/** Round moments for the axis, as `ts`. */
function axisLabels({ start, end }) {
  const minutes = (seconds(end) - seconds(start)) / 60;
  const step = (AXIS_STEPS_MINUTES.find((value) => minutes / value <= MOST_LABELS) ?? 43_200) * 60;
  const labels = [];
  for (let at = Math.ceil(seconds(start) / step) * step; at <= seconds(end); at += step) labels.push(tsOf(at));
  return labels;
}

const axisWords = (ts, lengthSeconds) => (lengthSeconds > 2 * 86_400 ? day(ts).slice(0, -5) : hhmm(ts));
