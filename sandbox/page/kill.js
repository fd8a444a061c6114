/** The button that really kills the worker, and the report of what happened then. */
import { el, fill } from "./dom.js";
import { isAnswer } from "./asks.js";
import { isReading } from "./runs.js";
import { hasEnded, isUnderWay, kindOf } from "./store.js";

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

  /** What stood before the press is no answer to what is watched; neither is a run that was over by then. */
  function begin() {
    if (watch && !watch.isDone && openAsk(state)) return;
    clear();
    const open = openAsk(state);
    const over = [...state.runs.values()].filter(hasEnded).map((run) => run.id);
    watch = { place: placeOf(state), open, before: new Set(answersIn(state)), over: new Set(over), runs: new Set(), isSent: false, isDone: false };
    if (!open) ask();
    note(open ? "a run is under way" : "asked the question first; waiting for the first words of the answer");
    check();
  }

  function clear() {
    watch = null;
    report.replaceChildren();
    report.hidden = true;
  }

  const answers = () => answersIn(state).filter((ts) => !watch.before.has(ts) || ts === watch.open?.answerTs);

  async function check() {
    if (!watch || watch.isSent || answers().length === 0) return undefined;
    const mine = watch;
    mine.isSent = true;
    const broken = [...state.runs.values()].filter((run) => isUnderWay(run) && !mine.over.has(run.id));
    mine.broken = new Set(broken.map((run) => run.id));
    const { pid } = await kill();
    if (pid || watch !== mine) return undefined;
    mine.isDone = true;
    return note("no worker was killed: the copilot does not run here", "is-bad");
  }

  function onProcess({ event, pid }) {
    if (!watch?.isSent || watch.isDone) return;
    if (event === "worker_killed") {
      const when = watch.broken.size ? "in the middle of the answer" : "just after the answer had finished";
      note(`killed worker ${pid} (SIGKILL) ${when}`, "is-bad");
    } else if (event === "worker_started") {
      note(`worker ${pid} started`);
      if (!watch.broken.size) finish();
    }
  }

  function onRun({ run, event }) {
    if (!watch || watch.over.has(run.id)) return;
    if (watch.isDone && isReading(run) && !watch.runs.has(run.id)) clear();
    if (!watch || watch.isDone) return;
    watch.runs.add(run.id);
    if (!watch.isSent || !watch.broken.has(run.id)) return;
    if (isTakenUpAgain(event) && !watch.isAgain) {
      watch.isAgain = true;
      note("the same request was taken up again, from the durable queue");
    }
    if (isReading(run) && !isUnderWay(run)) finish();
  }

  function finish() {
    watch.isDone = true;
    const count = answers().length;
    note(count === 1 ? "answer completed; it stands in the thread once" : `${count} answers stand in the thread`, count === 1 ? "is-good" : "is-bad");
  }

  button.addEventListener("click", begin);
  store.on("state", () => watch && watch.place !== placeOf(state) && clear());
  store.on("messages", check);
  store.on("bot", (_, event) => onProcess(event));
  store.on("runs", (_, detail) => onRun(detail));
  return { button: el("span", { class: "kill-holder" }, button, explains), report };
}

const placeOf = ({ scenario }) => `${scenario?.id}/${scenario?.take}`;

const answersIn = (state) => [...state.messages.values()].filter((message) => isAnswer(message, state)).map(({ ts }) => ts);

/** The newest question of this take whose answer is not finished, or undefined. */
function openAsk(state) {
  const isBusy = [...state.runs.values()].some((run) => isReading(run) && isUnderWay(run) && kindOf(run) !== "postmortem");
  const mine = state.asks.filter((asked) => asked.take === state.scenario.take);
  return mine.findLast((asked) => !asked.answerTs || asked.isStreaming || isBusy);
}
