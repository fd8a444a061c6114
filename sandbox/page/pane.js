/** A scrolling list of messages that follows the newest one unless the reader scrolled up. */
import { el, fill } from "./dom.js";
import { flash } from "./citations.js";
import { authorOf, isReply, messageNode, stopNode, whisperNode } from "./messages.js";
import { compareTs, day, seconds, span } from "./time.js";

const NEAR_BOTTOM_PX = 90;
const GAP_SECONDS = 20 * 60;

/**
 * Make a pane inside `root`.
 *
 * @param {HTMLElement} root
 * @param {object} options
 * @param {boolean} options.inThread
 * @param {(state: object) => object[]} options.select the messages it shows, oldest first.
 * @param {(state: object) => string} options.tailKey the thread whose status line and whispers it shows.
 * @param {string} options.empty what it says when there are none.
 * @param {object} options.context for `messageNode`.
 */
export function createPane(root, { inThread, select, tailKey, empty, context }) {
  const title = el("header", { class: "pane-head" });
  const list = el("div", { class: "list", role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: "0" });
  const tail = el("div", { class: "tail" });
  const scroll = el("div", { class: "scroll" }, list, tail);
  const jump = el("button", { type: "button", class: "jump", hidden: true, text: "Newer messages ↓", on: { click: () => toBottom() } });
  const foot = el("footer", { class: "pane-foot" });
  fill(root, title, el("div", { class: "scroll-frame" }, scroll, jump), foot);

  const drawn = new Map();
  let follows = true;
  let awaits = false;
  let lastTop = 0;
  const isNear = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_BOTTOM_PX;
  const toBottom = () => scroll.scrollTo({ top: scroll.scrollHeight });

  /** The newest message, or the head of an answer that is taller than the pane: its bottom line stands first. */
  function toNewest() {
    const last = list.lastElementChild;
    const isTall = last?.querySelector(".by-copilot, .whisper") && last.offsetHeight > scroll.clientHeight - 20;
    if (!isTall || awaits) return toBottom();
    follows = false;
    const above = last.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
    return scroll.scrollTo({ top: scroll.scrollTop + above });
  }
  scroll.addEventListener("scroll", () => {
    if (isNear()) follows = true;
    else if (scroll.scrollTop < lastTop) follows = false;
    lastTop = scroll.scrollTop;
    if (isNear()) jump.hidden = true;
  });
  new ResizeObserver(() => follows && toNewest()).observe(scroll);

  /** Bring the list to the state; `isFresh` draws without motion, from the newest message. */
  function update(state, { isFresh = false } = {}) {
    if (isFresh) {
      drawn.clear();
      list.replaceChildren();
      follows = true;
    }
    const messages = [...select(state), ...whispersOf(state)].sort((one, other) => compareTs(one.ts, other.ts));
    const grew = place(state, messages, isFresh);
    list.classList.toggle("is-empty", messages.length === 0);
    if (messages.length === 0) fill(list, el("p", { class: "empty", text: empty }));
    settle(grew);
  }

  function place(state, messages, isFresh) {
    if (drawn.size === 0) list.replaceChildren();
    let grew = false;
    const wanted = new Set(messages.map((message) => message.ts));
    for (const [ts, entry] of drawn) if (!wanted.has(ts)) entry.remove(), drawn.delete(ts);
    messages.forEach((message, at) => {
      const face = signature(state, message, inThread);
      const known = drawn.get(message.ts);
      if (known?.face === face && known.message === message) return;
      const entry = entryOf(message, messages[at - 1], state, face);
      if (known) known.replaceBy(entry);
      else {
        list.insertBefore(entry.holder, drawn.get(nextDrawn(messages, at))?.holder ?? null);
        entry.node.classList.toggle("is-new", !isFresh);
        follows ||= !isFresh && message.user === state.me?.user_id;
        awaits &&= message.user === state.me?.user_id;
        grew = true;
      }
      drawn.set(message.ts, entry);
    });
    return grew;
  }

  const nextDrawn = (messages, at) => messages.slice(at + 1).find((message) => drawn.has(message.ts))?.ts;

  function entryOf(message, before, state, face) {
    const node = message.type === "ephemeral" ? whisperNode(message, context) : messageNode(message, state, { ...context, inThread });
    const holder = el("div", { class: "holder" }, separator(message, before), node);
    return {
      message,
      face,
      node,
      holder,
      remove: () => holder.remove(),
      replaceBy: (entry) => (keepFocus(holder, entry.holder), holder.replaceWith(entry.holder)),
    };
  }

  const whispersOf = (state) => state.whispers.filter((whisper) => (whisper.thread_ts ?? "") === tailKey(state));

  /** Draw the bot's status line below the messages. */
  function updateStatus(state) {
    const status = state.statuses.get(tailKey(state));
    fill(tail, status && statusNode(status, state, inThread && (() => context.stop(state.openThread))));
    settle(false);
  }

  function settle(grew) {
    if (follows) requestAnimationFrame(() => follows && toNewest());
    else if (grew) jump.hidden = false;
  }

  /** Show one message: scroll to it and let it flash; false when it is not in this pane. */
  function show(ts) {
    const entry = drawn.get(ts);
    if (!entry) return false;
    follows = false;
    flash(entry.node);
    return true;
  }

  /** The reader has asked for something: until it comes, the end of the list is shown. */
  function follow() {
    follows = true;
    awaits = true;
    settle(false);
  }

  return { title, foot, follow, update, updateStatus, show };
}

function statusNode(status, state, stop) {
  const pulse = el("span", { class: "pulse", "aria-hidden": "true" });
  return el("p", { class: "status", role: "status" }, pulse, el("b", { text: state.bot?.name }), ` ${status}`, stop && stopNode(stop));
}

/** What besides the message itself changes how it is drawn. */
function signature(state, message, inThread) {
  const own = `${state.numbers[message.ts] ?? ""}/${authorOf(message, state).name}`;
  if (inThread || isReply(message)) return own;
  const replies = [...state.messages.values()].filter((other) => isReply(other) && other.thread_ts === message.ts);
  return `${own}/${replies.length}`;
}

/** A thin line where a day or a long silence passed between two messages. */
function separator(message, before) {
  if (!before || day(before.ts) !== day(message.ts)) return line(day(message.ts), "day");
  return seconds(message.ts) - seconds(before.ts) >= GAP_SECONDS ? line(`${span(before.ts, message.ts)} later`, "gap") : null;
}

const line = (words, kind) => el("div", { class: `separator separator-${kind}`, role: "separator" }, el("span", { text: words }));

/** A message that is drawn again must not throw the keyboard out of it. */
function keepFocus(old, next) {
  const focused = old.contains(document.activeElement) && [...old.querySelectorAll("a, button, select")].indexOf(document.activeElement);
  if (focused === false || focused < 0) return;
  requestAnimationFrame(() => next.querySelectorAll("a, button, select")[focused]?.focus({ preventScroll: true }));
}

/** The words in a pane's head. */
export const headWords = (name, note) => [el("h2", { text: name }), el("p", { class: "pane-note", text: note })];

