/** The page's composition: makes every part once and joins them to the store and the workspace. */
import * as api from "./api.js";
import { drawAsked, drawVerdict } from "./asked.js";
import { followAsks } from "./asks.js";
import { followCitations, messageOf, standing } from "./citations.js";
import { createTape, createTransport } from "./clock.js";
import { light } from "./highlight.js";
import { followDoing } from "./doing.js";
import { createHood } from "./hood.js";
import { keepLastRun } from "./kept.js";
import { createKill } from "./kill.js";
import { messageNode } from "./messages.js";
import { createModal } from "./modal.js";
import { createPanes } from "./panes.js";
import { followPeeks } from "./peek.js";
import { closeOnCitation, read } from "./reader.js";
import { matchedIn } from "./runs.js";
import { channelOf, createStore, dismiss, nameOf } from "./store.js";
import { createTabs, followKeys } from "./tabs.js";
import { createTop } from "./top.js";

const store = createStore();
const { state } = store;
const at = (id) => document.getElementById(id);
const named = (id) => nameOf(state, id);

/** Run a call and say in the page when it failed. */
async function attempt(call) {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof api.CallFailed)) throw error;
    top.notice(error.message);
    return {};
  }
}

const top = createTop({ name: at("incident-name"), day: at("incident-day"), mode: at("mode"), notice: at("notice"), theme: at("theme"), incidents: at("incidents") }, {
  choose: (id) => attempt(() => api.chooseScenario(id)),
});
const tabs = createTabs(at("tabs"), document.body);
const asks = followAsks(store, named);
keepLastRun(store);

const context = {
  nameOf: named,
  press,
  react,
  stop: (ts) => attempt(() => api.stop(channelOf(state), ts)),
  dismiss: (ts) => dismiss(state, ts, store.changed),
  read: (file) => attempt(() => read(at("reader"), file, api.fetchFile)),
  openThread,
};

const panes = createPanes(store, { channel: at("channel"), thread: at("thread"), context, send, close: () => openThread(null) });
const move = (body) => attempt(() => api.moveClock(body));
const transport = createTransport(at("transport"), { move });
const tape = createTape(at("tape"), { move, askHere: askNow });
const kill = createKill(store, { ask: askNow, kill: () => attempt(api.killWorker) });
const hood = createHood(at("hood"), { kill, tsOf: tsOfEvidence, onChoose: lightWords });
const modal = createModal(at("modal"), {
  context,
  submit: (viewId, values) => attempt(() => api.submit(viewId, values)),
  dismiss: (viewId) => attempt(() => api.dismissView(viewId)),
});

async function send(threadTs, text) {
  if (/^\/\S|@copilot\b/.test(text) && !/^\/copilot\b/.test(text)) asks.begin(text);
  panes.follow();
  const [, name, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (name) return attempt(() => api.command(channelOf(state), name, rest));
  const said = await attempt(() => api.say(channelOf(state), threadTs, text));
  if (said.ts && !threadTs && text.includes("@copilot")) openThread(said.ts);
  return said;
}

function press(message, block, item, value) {
  panes.follow();
  const place = { channel: channelOf(state), ts: message.ts, block_id: block.block_id ?? "" };
  return attempt(() => api.press({ ...place, action_id: item.action_id ?? "", value }));
}

/** Put one's own reaction on a message, or take it back. */
function react(message, name) {
  const isOn = message.reactions?.some((one) => one.name === name && one.users?.includes(state.me.user_id));
  return attempt(() => api.react(channelOf(state), message.ts, name, !isOn));
}

function askNow() {
  panes.clear();
  return send(state.openThread, `@copilot ${state.scenario.question}`);
}

function openThread(ts) {
  state.openThread = ts;
  store.changed("thread");
  tabs.show(ts ? "thread" : "channel");
}

/** Bring a message into view, in whichever pane it belongs. */
function open(ts) {
  const message = state.messages.get(ts);
  if (!message) return top.notice("That message is not here at this moment of the incident.");
  if (panes.show(ts)) return undefined;
  openThread(message.thread_ts ?? null);
  return requestAnimationFrame(() => panes.show(ts));
}

let linked = messageOf(location.href);

/** A permalink was opened from outside: show its message, once. */
function openLinked() {
  if (linked && state.messages.has(linked.ts)) open(linked.ts);
  linked = null;
}

/** The message of an evidence id: `m13` is number 13 of the incident. */
function tsOfEvidence(source) {
  const number = Number(/^m(\d+)$/.exec(source)?.[1]);
  return Object.keys(state.numbers).find((ts) => state.numbers[ts] === number) ?? null;
}

function lightWords(run) {
  const places = run ? matchedIn(run) : [];
  light(places.map(({ words, source }) => ({ words, rows: rowsOf(source) })));
}

const rowsOf = (source) => {
  const ts = tsOfEvidence(source);
  return ts ? [...standing(ts)].map((row) => row.querySelector(".message-main")).filter(Boolean) : [];
};

let offered = "";

/** At `ask_at` the question stands ready, once a take, and only Enter is left to press. */
function offerQuestion() {
  const take = `${state.scenario.id}/${state.scenario.take}`;
  const isAsked = state.asks.some((asked) => asked.take === state.scenario.take && asked.ts >= state.scenario.ask_at);
  if (!state.clock.at_ask || isAsked || offered === take) return;
  offered = take;
  tabs.show(state.openThread ? "thread" : "channel");
  panes.offer(`@copilot ${state.scenario.question}`);
}

const allowThread = () => tabs.allow("thread", document.body.dataset.shape !== "channel");
store.on("state", () => {
  top.update(state);
  panes.redraw();
  allowThread();
  tape.update(state);
  transport.update(state);
  hood.update(state);
  drawAsked(at("asked"), state, open);
  drawVerdict(at("verdict"), state);
  modal.update(state);
  offerQuestion();
  openLinked();
});
/** Somebody wrote for the first time: learn the name. */
async function meet(id) {
  if (!id || named(id)) return;
  state.users[id] = { name: id };
  const { users } = await attempt(api.fetchState);
  Object.assign(state.users, users);
  panes.update();
}

store.on("messages", (_, { message }) => {
  meet(message.user);
  tape.update(state);
  lightWords(hood.chosen());
  tabs.hint(message.thread_ts && message.thread_ts !== message.ts ? "thread" : "channel");
});
store.on("clock", () => {
  transport.update(state);
  tape.updateClock(state);
  drawVerdict(at("verdict"), state);
  offerQuestion();
});
store.on("asks", () => {
  tape.update(state);
  drawAsked(at("asked"), state, open);
  drawVerdict(at("verdict"), state);
});
store.on("whispers", (_, { whisper } = {}) => whisper && tabs.show(whisper.thread_ts ? "thread" : "channel"));
store.on("runs", (_, detail) => (hood.follow(state, detail), tabs.hint("hood")));
store.on("bot", () => (hood.update(state), top.update(state)));
store.on("view", () => modal.update(state));
store.on("thread", () => (allowThread(), requestAnimationFrame(() => lightWords(hood.chosen()))));

followDoing(document.querySelector(".panes"), store, {
  react,
  edit: (message, text) => attempt(() => api.edit(channelOf(state), message.ts, text)),
  remove: (message) => attempt(() => api.remove(channelOf(state), message.ts)),
});
followCitations(open);
followPeeks((ts) => state.messages.has(ts) && messageNode(state.messages.get(ts), state, { ...context, inThread: true }));
closeOnCitation(at("reader"));
followKeys({ toggle: transport.toggle, close: () => panes.closeThread() });

let waiting = [];
let isFetching = false;

/** Fetch the state; events that come meanwhile are applied after it. */
async function refresh() {
  isFetching = true;
  const snapshot = await attempt(api.fetchState);
  if (snapshot.scenario) store.apply({ type: "snapshot", snapshot });
  else if (snapshot.scenarios) top.empty(snapshot.broken ?? []);
  isFetching = false;
  const held = waiting;
  waiting = [];
  held.forEach(receive);
}

function receive(event) {
  if (event.type === "state") return refresh();
  if (isFetching) return waiting.push(event);
  return store.apply(event);
}

api.follow({
  onOpen: () => (top.connection(true), refresh()),
  onEvent: receive,
  onLost: (waitMs) => top.connection(false, waitMs),
});
