/**
 * What the page knows, and who wants to hear of a change.
 *
 * One mutable state, changed here alone. Topics: `state`, `messages`, `clock`, `status`, `whispers`,
 * `view`, `runs`, `bot`, `thread`, `asks`, `connection`.
 */
import { compareTs, seconds } from "./time.js";

const EMPTY = {
  scenarios: [], broken: [], scenario: null, clock: null, bot: null, me: null, users: {}, channels: [], numbers: {},
};

/** Make the store. */
export function createStore() {
  const state = {
    ...structuredClone(EMPTY),
    messages: new Map(),
    statuses: new Map(),
    whispers: [],
    dismissed: new Set(),
    views: new Map(),
    runs: new Map(),
    processes: [],
    openThread: null,
    asks: [],
    isConnected: false,
  };
  const listeners = new Map();
  const changed = (topic, detail) => {
    for (const listener of listeners.get(topic) ?? []) listener(state, detail);
  };
  const on = (topics, listener) => {
    for (const topic of topics.split(" ")) listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
  };
  const apply = (event) => REDUCERS[event.type]?.(state, event, changed);
  return { state, on, apply, changed };
}

const REDUCERS = {
  snapshot: takeSnapshot,
  message: takeMessage,
  deleted: takeDeletion,
  ephemeral: takeWhisper,
  status: takeStatus,
  view: takeView,
  clock: takeClock,
  run: takeRun,
  bot: takeProcess,
};

function takeSnapshot(state, { snapshot }, changed) {
  const isOther = state.scenario?.id !== snapshot.scenario?.id;
  for (const name of Object.keys(EMPTY)) state[name] = snapshot[name] ?? EMPTY[name];
  const messages = [...(snapshot.messages ?? [])].sort((one, other) => compareTs(one.ts, other.ts));
  state.messages = new Map(messages.map((message) => [message.ts, message]));
  state.statuses = new Map(Object.entries(snapshot.statuses ?? {}));
  state.views = new Map((snapshot.views ?? []).map(({ view_id: id, view }) => [id, view]));
  const whispers = (snapshot.ephemerals ?? []).filter(({ ts }) => !state.dismissed.has(ts));
  state.whispers = whispers.map((whisper) => ({ ...whisper, type: "ephemeral" }));
  if (isOther) Object.assign(state, { runs: new Map(), processes: [], openThread: null });
  if (!isOther && !state.messages.has(state.openThread)) state.openThread = null;
  openOwnThread(state);
  changed("state");
}

/** A scenario told in one thread opens that thread by itself. */
function openOwnThread(state) {
  if (state.openThread || state.scenarios.find(({ id }) => id === state.scenario?.id)?.shape !== "thread") return false;
  const told = [...state.messages.values()].find((message) => state.messages.has(message.thread_ts));
  state.openThread = told?.thread_ts ?? null;
  return Boolean(told);
}

function takeMessage(state, { message, number }, changed) {
  const isNew = !state.messages.has(message.ts);
  const isLate = isNew && [...state.messages.keys()].some((ts) => compareTs(ts, message.ts) > 0);
  state.messages.set(message.ts, message);
  if (isLate) state.messages = new Map([...state.messages].sort(([one], [other]) => compareTs(one, other)));
  if (number) state.numbers[message.ts] = number;
  if (openOwnThread(state)) changed("thread");
  changed("messages", { message, isNew });
}

function takeDeletion(state, { ts }, changed) {
  if (state.whispers.some((whisper) => whisper.ts === ts)) return dismiss(state, ts, changed);
  const message = state.messages.get(ts);
  if (!message) return undefined;
  const gone = { ts, thread_ts: message.thread_ts, subtype: "tombstone", text: "" };
  state.messages.set(ts, gone);
  return changed("messages", { message: gone, isNew: false });
}

/** Put away something that only the reader saw. */
export function dismiss(state, ts, changed) {
  state.dismissed.add(ts);
  state.whispers = state.whispers.filter((whisper) => whisper.ts !== ts);
  changed("whispers");
}

/** Whispers that begin alike, such as two costs, are of one kind: the newest replaces the older one. */
const kindOfWhisper = ({ text = "", thread_ts: threadTs = "" }) => `${threadTs} ${text.split(/[:.\n]/, 1)[0]}`;

function takeWhisper(state, event, changed) {
  const opening = kindOfWhisper(event);
  state.whispers = [...state.whispers.filter((old) => old.ts !== event.ts && kindOfWhisper(old) !== opening), event];
  changed("whispers", { whisper: event });
}

function takeStatus(state, { thread_ts: threadTs, status }, changed) {
  if (status) state.statuses.set(threadTs ?? "", status);
  else state.statuses.delete(threadTs ?? "");
  changed("status", { threadTs, status });
}

function takeView(state, { view_id: id, view }, changed) {
  state.views.delete(id);
  if (view) state.views.set(id, view);
  changed("view");
}

function takeClock(state, { ts, speed, paused, at_ask: atAsk }, changed) {
  state.clock = { ts, speed, paused, at_ask: Boolean(atAsk) };
  changed("clock");
}

function takeRun(state, event, changed) {
  const id = event.request ?? "";
  const number = Math.max(0, ...[...state.runs.values()].map((other) => other.number)) + 1;
  const run = state.runs.get(id) ?? { id, number, events: [] };
  run.isKept = false;
  run.events.push(event);
  state.runs.set(id, run);
  changed("runs", { run, event });
}

function takeProcess(state, event, changed) {
  state.processes.push(event);
  if (event.event === "worker_started" && state.bot) state.bot.worker_pid = event.pid;
  for (const run of state.runs.values()) if (isUnderWay(run)) run.events.push({ ...event, request: run.id });
  changed("bot", event);
}

const ENDS = new Set(["answer.completed", "request.completed", "request.failed", "request.timed_out", "request.buried"]);

const LOOK_UPS = new Set(["help", "evidence", "refute", "feedback"]);

/** What was asked for, as its run says when it starts: `answer`, `postmortem`, `evidence` …; or undefined. */
export const kindOf = (run) => run.events.find((event) => event.kind)?.kind;

/** Whether a run reads no incident and says no end: it shows the asker what is known already. */
export const isLookUp = (run) => LOOK_UPS.has(kindOf(run));

/** Whether a run said that it is over. */
export const hasEnded = (run) => run.events.some((event) => ENDS.has(event.event));

/** Whether a run has begun and not ended; of a run kept over a reload nobody knows until it goes on. */
export const isUnderWay = (run) => !run.isKept && !isLookUp(run) && !hasEnded(run);

/** The current channel's id. */
export const channelOf = (state) => state.channels.find((channel) => channel.is_current)?.id ?? state.channels[0]?.id;

/** Whether the clock has reached the end of the scenario. */
export const isAtEnd = (state) => Boolean(state.clock && state.scenario) && seconds(state.clock.ts) >= seconds(state.scenario.end) - 0.5;

/** A user's display name, or undefined. */
export const nameOf = (state, id) =>
  id === state.bot?.user_id ? state.bot.name : id === state.me?.user_id ? state.me.name : state.users[id]?.name;
