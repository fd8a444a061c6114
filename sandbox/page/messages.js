/** One message as a row: number, author, time, body, and what hangs below it. */
import { attachmentNodes, fileNodes, reactionNodes } from "./attachments.js";
import { blockNodes } from "./blocks.js";
import { el, vary } from "./dom.js";
import { folded } from "./fold.js";
import { mrkdwn } from "./mrkdwn.js";
import { day, hhmm, hhmmss } from "./time.js";

/** Whether a message stands in a thread below its root. */
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

/** Whether the channel's top level shows a message. */
export const isTopLevel = (message) => !isReply(message) || message.subtype === "thread_broadcast";

/** Whether a message was deleted. */
export const isGone = (message) => message.subtype === "tombstone";

/**
 * Say who wrote a message.
 *
 * @param {object} message
 * @param {object} state of the store
 * @returns {{id: string, name: string, kind: "person"|"app"|"copilot"|"me"}}
 */
export function authorOf(message, state) {
  const id = message.user ?? message.bot_id ?? "";
  if (isByCopilot(message, state)) return { id, name: state.bot.name, kind: "copilot" };
  if (id === state.me?.user_id) return { id, name: state.me.name, kind: "me" };
  const known = state.users[id];
  const name = message.username ?? message.bot_profile?.name ?? known?.name ?? id;
  return { id, name, kind: known?.is_bot || message.bot_id ? "app" : "person" };
}

/** Whether the copilot wrote it. */
export const isByCopilot = (message, state) => Boolean(state.bot) && (message.user ?? "") === state.bot.user_id;

/**
 * Draw a message.
 *
 * @param {object} message a Slack message object
 * @param {object} state of the store
 * @param {object} context `nameOf`, `press`, `react`, `stop`, `read`, `openThread`; `inThread` when drawn in a thread.
 * @returns {HTMLElement}
 */
export function messageNode(message, state, context) {
  if (isGone(message)) return goneNode(message, state, context);
  if (/^(channel|group)_(join|leave|topic|purpose|name)$/.test(message.subtype ?? "")) return eventNode(message, state, context);
  const author = authorOf(message, state);
  const bound = { ...context, press: (block, item, value) => context.press(message, block, item, value) };
  const row = rowNode(message, state, `message by-${author.kind} ${message.stream ? "is-streaming" : ""}`);
  row.append(
    el(
      "div",
      { class: "message-main" },
      message.subtype === "thread_broadcast" && broadcastNode(message, context),
      headNode(message, author),
      bodyNode(message, bound),
      attachmentNodes(message, bound),
      fileNodes(message, bound),
      reactionNodes(message, { ...bound, myId: state.me?.user_id }),
      message.stream && stopNode(() => context.stop(message.ts)),
      !context.inThread && repliesNode(message, state, context),
    ),
  );
  return row;
}

/** Draw what only the reader sees; it can be put away. */
export function whisperNode(whisper, context) {
  const bound = { ...context, press: (block, item, value) => context.press(whisper, block, item, value) };
  const body = whisper.blocks?.length ? blockNodes(whisper.blocks, bound) : mrkdwn(whisper.text, context.nameOf);
  const drop = () => context.dismiss(whisper.ts);
  const close = el("button", { type: "button", class: "quiet icon", "aria-label": "Dismiss", text: "×", on: { click: drop } });
  const head = el("header", {}, el("span", { text: "only visible to you" }), close);
  return el("aside", { class: "whisper" }, head, el("div", { class: "body" }, body));
}

/** Slack's own stop button, while the copilot works. */
export const stopNode = (click) => el("button", { type: "button", class: "stop", text: "Stop", title: "Stop this answer", on: { click } });

function rowNode(message, state, classes) {
  const number = state.numbers[message.ts];
  const label = number ? el("span", { class: "number", text: `[${number}]`, title: `Message ${number} of the incident` }) : null;
  return el("article", { class: classes, tabindex: "-1", data: { ts: message.ts } }, el("div", { class: "gutter" }, label));
}

function headNode(message, author) {
  const face = el("span", { class: "face", "aria-hidden": "true", text: faceOf(author) });
  vary(face, "--hue", hueOf(author.id + author.name));
  const tag = { app: "app", copilot: "copilot", me: "you" }[author.kind];
  return el(
    "header",
    { class: "message-head" },
    face,
    el("span", { class: "author", text: author.name }),
    tag && tag !== author.name && el("span", { class: "tag", text: tag }),
    el("time", { class: "at", title: `${day(message.ts)} ${hhmmss(message.ts)} UTC`, text: hhmm(message.ts) }),
    message.edited && el("span", { class: "edited", title: `at ${hhmmss(message.edited.ts)} UTC`, text: "edited" }),
  );
}

const faceOf = (author) => (author.kind === "copilot" ? "⌁" : (author.name[0] ?? "?").toUpperCase());

function hueOf(text) {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.codePointAt(0)) % 3600;
  return (hash % 12) * 30 + 15;
}

function bodyNode(message, context) {
  const hasBlocks = message.blocks?.length > 0;
  const body = el("div", { class: "body" });
  if (hasBlocks) body.append(...blockNodes(message.blocks, context));
  else if (message.text) body.append(folded(message.text, (text) => el("div", { class: "mrkdwn" }, mrkdwn(text, context.nameOf))));
  return body;
}

function repliesNode(message, state, context) {
  const replies = [...state.messages.values()].filter((other) => isReply(other) && other.thread_ts === message.ts);
  if (isReply(message) || replies.length === 0) return null;
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const last = el("span", { class: "replies-last", text: `last ${hhmm(replies.at(-1).ts)}` });
  const click = () => context.openThread(message.ts);
  return el("button", { type: "button", class: "replies", on: { click } }, el("b", { text: words }), last);
}

function broadcastNode(message, context) {
  if (context.inThread) return el("div", { class: "broadcast", text: "also sent to the channel" });
  const click = () => context.openThread(message.thread_ts);
  return el("button", { type: "button", class: "broadcast", text: "replied to a thread ↗", on: { click } });
}

function goneNode(message, state, context) {
  const row = rowNode(message, state, "message is-gone");
  const words = `message deleted · ${hhmm(message.ts)}`;
  row.append(el("div", { class: "message-main" }, el("p", { text: words }), !context.inThread && repliesNode(message, state, context)));
  return row;
}

function eventNode(message, state, context) {
  const words = mrkdwn(message.text || `<@${message.user}> joined`, context.nameOf);
  const row = rowNode(message, state, "message is-event");
  row.append(el("div", { class: "message-main" }, words, el("time", { class: "at", text: hhmm(message.ts) })));
  return row;
}
