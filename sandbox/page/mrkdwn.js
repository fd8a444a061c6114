/** Slack's mrkdwn to DOM: `*bold*`, `_it_`, `~no~`, code, `<links|label>`, mentions, emoji, quotes. */
import { anchor } from "./citations.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";

const TOKENS = new RegExp(
  [
    "```\\n?(?<pre>[\\s\\S]*?)\\n?```",
    "`(?<code>[^`\\n]+)`",
    "<(?<ref>[^<>\\n]+)>",
    ":(?<emoji>[a-z0-9_+-]+):",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
    "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
  ].join("|"),
  "g",
);

/** Undo Slack's three escapes. */
export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/**
 * Turn mrkdwn into nodes.
 *
 * @param {string} text
 * @param {(id: string) => string} nameOf display name of a user id.
 * @returns {Node[]}
 */
export function mrkdwn(text, nameOf) {
  const source = String(text ?? "");
  if (!/^(?:&gt;|>)/m.test(source)) return inline(source, nameOf);
  return quotedParts(source).flatMap(({ isQuote, lines }) => {
    const nodes = inline(lines.join("\n"), nameOf);
    return isQuote ? [el("blockquote", {}, nodes)] : nodes;
  });
}

function quotedParts(source) {
  const parts = [];
  for (const line of source.split("\n")) {
    const isQuote = /^(?:&gt;|>)/.test(line);
    const words = isQuote ? line.replace(/^(?:&gt;|>)+ ?/, "") : line;
    if (parts.at(-1)?.isQuote === isQuote) parts.at(-1).lines.push(words);
    else parts.push({ isQuote, lines: [words] });
  }
  return parts;
}

function inline(source, nameOf) {
  const nodes = [];
  let end = 0;
  for (const match of source.matchAll(TOKENS)) {
    const node = tokenNode(match.groups, nameOf);
    if (!node) continue;
    if (match.index > end) nodes.push(...glyphs(unescape(source.slice(end, match.index))));
    nodes.push(node);
    end = match.index + match[0].length;
  }
  if (end < source.length) nodes.push(...glyphs(unescape(source.slice(end))));
  return nodes;
}

function tokenNode(groups, nameOf) {
  const { pre, code, ref, bold, italic, strike } = groups;
  if (pre !== undefined) return el("pre", { tabindex: "0" }, el("code", { text: unescape(pre) }));
  if (code !== undefined) return el("code", { text: unescape(code) });
  if (ref !== undefined) return reference(ref, nameOf);
  if (groups.emoji !== undefined) return emojiNode(groups.emoji);
  if (bold !== undefined) return el("strong", {}, inline(bold, nameOf));
  if (italic !== undefined) return el("em", {}, inline(italic, nameOf));
  return el("s", {}, inline(strike, nameOf));
}

/** An emoji with its name for screen readers, or null when the name is unknown. */
export function emojiNode(name) {
  const character = emoji(name);
  return character && el("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:`, text: character });
}

function reference(ref, nameOf) {
  const [target, label] = splitOnce(ref, "|");
  if (target.startsWith("@")) return mention(`@${nameOf(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${label ?? target.slice(1)}`);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  return anchor(unescape(target), [unescape(label ?? target)]);
}

function special(command, label) {
  if (label) return label.startsWith("@") ? mention(label) : document.createTextNode(unescape(label));
  return mention(`@${command.split("^")[0]}`);
}

/** A person, group or channel that is named in a text. */
export const mention = (text) => el("span", { class: "mention", text });

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Text with the two signs of a chain (● shown, ○ inferred) marked, so that style can tell them apart. */
export function glyphs(text) {
  return text.split(/([●○])/).filter(Boolean).map((part) => {
    if (part === "●") return el("span", { class: "sign sign-shown", title: "shown by evidence", text: part });
    if (part === "○") return el("span", { class: "sign sign-inferred", title: "inferred", text: part });
    return document.createTextNode(part);
  });
}
