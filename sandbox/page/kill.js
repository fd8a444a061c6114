/** The button that really kills the worker, and the report of what happened then. */
import { el, fill } from "./dom.js";
import { isAnswer } from "./asks.js";
import { isUnderWay } from "./store.js";
import { compareTs } from "./time.js";

const EXPLAINS =
  "Sends SIGKILL to the worker process while it answers. The request is durable: another worker takes it up and " +
  "the answer still comes, once. With nothing under way, the question is asked first.";

const isTakenUpAgain = ({ event, begun }) => event === "request.repeated" || (event === "ticket.claimed" && begun > 1);

/**
 * Make the button and its report.
 *
 * @param {object} store
 * @param {object} options
 * @param {() => void} options.ask asks the scenario's question.
 * @param {() => Promise<{pid: number}>} options.kill
 */
export function createKill(store, { ask, kill }) {
  const { state } = store;
  const button = el("button", { type: "button", class: "kill", title: EXPLAINS, "aria-describedby": "kill-explains" });
  fill(button, el("span", { "aria-hidden": "true", text: "✕ " }), "kill -9 the worker");
  const explains = el("span", { id: "kill-explains", class: "unseen", text: EXPLAINS });
  const report = el("ol", { class: "kill-report", role: "log", hidden: true, "aria-label": "What the kill did" });
  let watch = null;

  function note(words, kind = "") {
    report.hidden = false;
    report.append(el("li", { class: kind, text: words }));
  }

  function begin() {
    if (watch && !watch.isDone) return;
    report.replaceChildren();
    const open = state.asks.findLast((asked) => asked.take === state.scenario.take && (!asked.answerTs || asked.isStreaming));
    watch = { since: open?.ts ?? state.clock.ts, isDone: false, isSent: false };
    if (!open) ask();
    note(open ? "a run is under way" : "asked the question first; waiting for the first words of the answer");
    check();
  }

  const answers = () =>
    [...state.messages.values()].filter((message) => isAnswer(message, state) && compareTs(message.ts, watch.since) >= 0);

  async function check() {
    if (!watch || watch.isSent || answers().length === 0) return undefined;
    watch.isSent = true;
    const wasUnderWay = [...state.runs.values()].some(isUnderWay);
    const { pid } = await kill();
    if (!pid) return note("no worker was killed: the copilot does not run here", "is-bad");
    const when = wasUnderWay ? "in the middle of the answer" : "just after the answer had finished";
    return note(`killed worker ${pid} (SIGKILL) ${when}`, "is-bad");
  }

  function onProcess({ event, pid }) {
    if (!watch?.isSent || watch.isDone || event !== "worker_started") return;
    note(`worker ${pid} started`);
  }

  function onRun({ run, event }) {
    if (!watch?.isSent || watch.isDone) return;
    if (isTakenUpAgain(event) && !watch.isAgain) {
      watch.isAgain = true;
      note("the same request was taken up again, from the durable queue");
    }
    if (!isUnderWay(run)) finish();
  }

  function finish() {
    watch.isDone = true;
    const count = answers().length;
    note(count === 1 ? "answer completed; it stands in the thread once" : `${count} answers stand in the thread`, count === 1 ? "is-good" : "is-bad");
  }

  button.addEventListener("click", begin);
  store.on("messages", check);
  store.on("bot", (_, event) => onProcess(event));
  store.on("runs", (_, detail) => onRun(detail));
  return { button: el("span", { class: "kill-holder" }, button, explains), report };
}
