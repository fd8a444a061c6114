/** The channel and the thread side by side, each with its composer. */
import { createComposer } from "./composer.js";
import { el, fill } from "./dom.js";
import { authorOf, isGone, isTopLevel } from "./messages.js";
import { createPane, headWords } from "./pane.js";
import { hhmm } from "./time.js";

/**
 * Make both panes.
 *
 * @param {object} store
 * @param {object} options
 * @param {HTMLElement} options.channel
 * @param {HTMLElement} options.thread
 * @param {object} options.context for messages.
 * @param {(threadTs: string|null, text: string) => void} options.send
 * @param {() => void} options.close closes the thread.
 */
export function createPanes(store, { channel: channelRoot, thread: threadRoot, context, send, close }) {
  const { state } = store;
  const question = () => state.scenario?.question ?? "";
  const channel = createPane(channelRoot, {
    inThread: false,
    select: topLevel,
    tailKey: () => "",
    empty: "Quiet so far. The incident is about to begin.",
    context,
  });
  const thread = createPane(threadRoot, {
    inThread: true,
    select: (now) => inThread(now, now.openThread),
    tailKey: (now) => now.openThread ?? "-",
    empty: "No thread is open. Choose one in the channel.",
    context,
  });
  const inChannel = createComposer(channel.foot, { label: "Write to the channel", question, send: (text) => send(null, text) });
  const inThreadComposer = createComposer(thread.foot, { label: "Reply in the thread", question, send: (text) => send(state.openThread, text) });

  function redraw() {
    heads();
    channel.update(state, { isFresh: true });
    thread.update(state, { isFresh: true });
    channel.updateStatus(state);
    thread.updateStatus(state);
  }

  function heads() {
    const name = state.channels.find(({ is_current: isCurrent }) => isCurrent)?.name ?? "channel";
    fill(channel.title, headWords(`# ${name}`, channelNote(state)));
    const root = state.messages.get(state.openThread);
    fill(thread.title, headWords("Thread", root ? threadNote(state, root) : ""), !isSoleThread() && closeNode(close));
    threadRoot.hidden = !state.openThread && !isSoleThread();
    document.body.dataset.shape = threadRoot.hidden ? "channel" : isSoleThread() ? "thread" : "both";
  }

  const isSoleThread = () => state.scenarios.find(({ id }) => id === state.scenario?.id)?.shape === "thread";

  function update() {
    heads();
    channel.update(state);
    thread.update(state);
  }

  function follow(message) {
    update();
    if (message.user === state.bot?.user_id && message.thread_ts) openIfMine(message.thread_ts);
  }

  /** The bot answers a question of ours in its own thread: open that. */
  function openIfMine(threadTs) {
    const root = state.messages.get(threadTs);
    if (threadTs !== state.openThread && root?.user === state.me?.user_id) context.openThread(threadTs);
  }

  store.on("messages", (_, { message }) => follow(message));
  store.on("thread", () => {
    heads();
    thread.update(state, { isFresh: true });
    thread.updateStatus(state);
  });
  store.on("status", (_, { threadTs, status }) => {
    if (status && threadTs) openIfMine(threadTs);
    channel.updateStatus(state);
    thread.updateStatus(state);
  });
  store.on("whispers", update);

  return {
    redraw,
    update,
    show: (ts) => [thread, channel].map((pane) => pane.show(ts)).some(Boolean),
    offer: (text) => (threadRoot.hidden ? inChannel : inThreadComposer).write(text, { pulse: true }),
    follow: () => [channel, thread].forEach((pane) => pane.follow()),
    clear: () => [inChannel, inThreadComposer].forEach((composer) => composer.clear()),
    closeThread: () => !isSoleThread() && state.openThread && close(),
  };
}

const topLevel = (state) => [...state.messages.values()].filter((message) => isTopLevel(message));

const inThread = (state, root) =>
  root ? [...state.messages.values()].filter((message) => message.ts === root || message.thread_ts === root) : [];

function channelNote(state) {
  const authors = [...state.messages.values()].filter((message) => !isGone(message)).map((message) => authorOf(message, state));
  const people = new Set(authors.filter(({ kind }) => kind === "person").map(({ id }) => id));
  return `${authors.length} messages · ${people.size} people`;
}

function threadNote(state, root) {
  const count = inThread(state, root.ts).length - 1;
  return `since ${hhmm(root.ts)} · ${count} ${count === 1 ? "reply" : "replies"}`;
}

const closeNode = (close) => el("button", { type: "button", class: "quiet icon", "aria-label": "Close the thread", text: "×", on: { click: close } });
