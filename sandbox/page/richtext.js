/** `rich_text` blocks to DOM: sections, lists, quotes, preformatted text and their elements. */
import { anchor } from "./citations.js";
import { el, vary } from "./dom.js";
import { emojiNode, glyphs, mention } from "./mrkdwn.js";
import { hhmm, day } from "./time.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

/**
 * @param {object} block a `rich_text` block.
 * @param {{nameOf: (id: string) => string}} context
 */
export const richText = (block, context) =>
  el("div", { class: "rich" }, (block.elements ?? []).map((part) => partNode(part, context)));

function partNode(part, context) {
  switch (part.type) {
    case "rich_text_section": return el("div", { class: "rich-section" }, inlineNodes(part, context));
    case "rich_text_preformatted": return el("pre", { tabindex: "0" }, el("code", {}, inlineNodes(part, context)));
    case "rich_text_quote": return el("blockquote", {}, inlineNodes(part, context));
    case "rich_text_list": return listNode(part, context);
    default: return null;
  }
}

function listNode(part, context) {
  const items = (part.elements ?? []).map((item) => el("li", {}, inlineNodes(item, context)));
  const start = part.style === "ordered" && part.offset ? String(part.offset + 1) : null;
  const list = el(part.style === "ordered" ? "ol" : "ul", { start }, items);
  return vary(list, "--indent", part.indent ?? 0);
}

const inlineNodes = (part, context) => (part.elements ?? []).flatMap((item) => styled(item, inlineNode(item, context)));

function inlineNode(item, context) {
  switch (item.type) {
    case "text": return glyphs(item.text ?? "");
    case "link": return [anchor(item.url, [item.text || item.url])];
    case "user": return [mention(`@${context.nameOf(item.user_id) ?? item.user_id}`)];
    case "usergroup": return [mention(`@${item.usergroup_id}`)];
    case "channel": return [mention(`#${item.channel_id}`)];
    case "broadcast": return [mention(`@${item.range}`)];
    case "emoji": return [emojiNode(item.name) ?? document.createTextNode(`:${item.name}:`)];
    case "date": return [el("time", { text: item.fallback ?? dateWords(item.timestamp) })];
    case "color": return [vary(el("span", { class: "color", text: item.value }), "--swatch", colorOf(item.value))];
    default: return glyphs(item.text ?? "");
  }
}

const dateWords = (timestamp) => `${day(timestamp)} ${hhmm(timestamp)} UTC`;

/** A hex colour as CSS takes it; anything else is no colour. */
export const colorOf = (value) => (/^#?[0-9a-f]{3,8}$/i.test(value ?? "") ? `#${value.replace("#", "")}` : "transparent");

function styled(item, nodes) {
  return Object.entries(STYLES).reduce(
    (inner, [name, tag]) => (item.style?.[name] ? [el(tag, {}, inner)] : inner),
    nodes,
  );
}
