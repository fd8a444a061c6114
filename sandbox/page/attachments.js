/** What hangs below a message: alert attachments, shared files, reactions. */
import { anchor } from "./citations.js";
import { blockNodes } from "./blocks.js";
import { el, vary } from "./dom.js";
import { emoji } from "./emoji.js";
import { folded } from "./fold.js";
import { mrkdwn } from "./mrkdwn.js";
import { colorOf } from "./richtext.js";

const NAMED = { good: "#2eb886", warning: "#daa038", danger: "#a30200" };

/**
 * Tell how bad an alert is from what it says and, failing that, from the hue of its bar.
 *
 * @param {object} message
 * @returns {"bad"|"warn"|"good"|"info"|null} null when the message is no alert.
 */
export function severityOf(message) {
  const alert = (message.attachments ?? []).find((attachment) => attachment.color);
  if (!alert) return null;
  const words = `${message.text ?? ""} ${alert.title ?? ""} ${alert.fallback ?? ""}`.toLowerCase();
  if (/\b(recover\w*|resolved|ok|success\w*|passed)\b/.test(words) || hueIs(alert.color, "good")) return "good";
  if (/\b(warn\w*|elevated|degraded)\b/.test(words) || hueIs(alert.color, "warn")) return "warn";
  return hueIs(alert.color, "bad") || /\b(triggered|alarm|critical|error|down|failed)\b/.test(words) ? "bad" : "info";
}

function hueIs(color, kind) {
  const hex = (NAMED[color] ?? colorOf(color)).slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  if (kind === "good") return green > red * 1.3 && green > blue;
  if (kind === "warn") return red > 150 && green > red * 0.45 && blue < green;
  return red > green * 1.6 && red > blue * 1.6;
}

/** Draw the attachments of a message. */
export function attachmentNodes(message, context) {
  const severity = severityOf(message);
  return (message.attachments ?? []).map((attachment) => attachmentNode(attachment, severity, context));
}

function attachmentNode(attachment, severity, context) {
  const bar = NAMED[attachment.color] ?? colorOf(attachment.color);
  const inner = [
    attachment.pretext && el("div", { class: "pretext mrkdwn" }, mrkdwn(attachment.pretext, context.nameOf)),
    attachment.author_name && el("div", { class: "attachment-author", text: attachment.author_name }),
    attachment.title && titleNode(attachment, context),
    attachment.text && folded(attachment.text, (text) => el("div", { class: "mrkdwn" }, mrkdwn(text, context.nameOf))),
    fieldsNode(attachment.fields, context),
    attachment.blocks && blockNodes(attachment.blocks, context),
    actionsNode(attachment.actions),
    attachment.footer && el("div", { class: "attachment-footer", text: attachment.footer }),
  ];
  return vary(el("div", { class: `attachment severity-${severity ?? "info"}` }, inner), "--bar", bar);
}

function titleNode(attachment, context) {
  const words = mrkdwn(attachment.title, context.nameOf);
  return el("div", { class: "attachment-title" }, attachment.title_link ? anchor(attachment.title_link, words) : words);
}

function fieldsNode(fields, context) {
  if (!fields?.length) return null;
  const pairs = fields.map((field) =>
    el(
      "div",
      { class: field.short ? "pair" : "pair pair-wide" },
      el("dt", { text: field.title ?? "" }),
      el("dd", {}, mrkdwn(String(field.value ?? ""), context.nameOf)),
    ),
  );
  return el("dl", { class: "pairs" }, pairs);
}

/** Buttons of another app: shown because people saw them, dead because that app is not here. */
function actionsNode(actions) {
  if (!actions?.length) return null;
  const words = "This button belongs to another app";
  const nodes = actions.map((action) => el("button", { class: "press", disabled: true, title: words, text: action.text ?? action.name }));
  return el("div", { class: "block block-actions" }, nodes);
}

/**
 * Draw the files of a message; a Markdown file opens in the reader.
 *
 * @param {object} message
 * @param {{read: (file: object) => void}} context
 */
export const fileNodes = (message, context) => (message.files ?? []).map((file) => fileNode(file, message, context));

/** Where the workspace serves a file. */
export const addressOf = (file) => `/files/${encodeURIComponent(file.id)}/${encodeURIComponent(file.name)}`;

export const isMarkdown = (file) => /\.md$/i.test(file.name ?? "") || ["markdown", "text/markdown"].includes(file.filetype ?? file.mimetype);

function fileNode(file, message, context) {
  const preview = file.preview && !(message.text ?? "").includes(file.preview.trim()) ? file.preview : null;
  const note = file.preview && !isMarkdown(file) ? "only its first lines are in the channel" : "";
  const meta = [file.filetype, sizeWords(file.size), note].filter(Boolean).join(" · ");
  const name = el("span", { class: "file-name", text: file.title || file.name });
  return el(
    "div",
    { class: `file ${isMarkdown(file) ? "file-readable" : ""}` },
    el("div", { class: "file-head" }, el("span", { class: "file-icon", "aria-hidden": "true", text: "≡" }), name, el("span", { class: "file-meta", text: meta })),
    preview && folded(preview, (text) => el("pre", { tabindex: "0" }, el("code", { text }))),
    isMarkdown(file) && readableNode(file, context),
  );
}

function readableNode(file, context) {
  return el(
    "div",
    { class: "file-actions" },
    el("button", { type: "button", class: "press press-primary", text: "Read the draft", on: { click: () => context.read(file) } }),
    el("a", { class: "press", href: addressOf(file), download: file.name, text: "Download" }),
  );
}

function sizeWords(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** Draw the reactions of a message; a press adds one's own or takes it back. */
export function reactionNodes(message, context) {
  if (!message.reactions?.length) return null;
  const nodes = message.reactions.map((reaction) => {
    const names = (reaction.users ?? []).map((id) => context.nameOf(id) ?? id).join(", ");
    const sign = emoji(reaction.name.split("::")[0]) ?? `:${reaction.name}:`;
    const isMine = String((reaction.users ?? []).includes(context.myId));
    const on = { click: () => context.react(message, reaction.name) };
    const props = { type: "button", class: "reaction", "aria-pressed": isMine, title: `${names} :${reaction.name}:`, on };
    return el("button", props, sign, el("b", { text: String(reaction.count) }));
  });
  return el("div", { class: "reactions" }, nodes);
}
