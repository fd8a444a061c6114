/** A small, safe Markdown: what the copilot's drafts and `markdown` blocks use. No HTML passes. */
import { anchor } from "./citations.js";
import { el } from "./dom.js";

const INLINE = new RegExp(
  [
    "\\\\(?<plain>[\\\\`*_{}\\[\\]()#+.!|~>-])",
    "`(?<code>[^`\\n]+)`",
    "!?\\[(?<label>(?:\\\\.|\\[[^\\]]*\\]|[^\\]\\\\])*)\\]\\((?<url>[^()\\s]+)\\)",
    "<(?<auto>https?:[^<>\\s]+)>",
    "\\*\\*(?<bold>[^\\s*](?:[\\s\\S]*?[^\\s])?)\\*\\*",
    "~~(?<strike>[^~\\n]+)~~",
    "(?<![\\w*])\\*(?<star>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<under>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
  ].join("|"),
  "g",
);

/** Inline Markdown as nodes. */
export function inlineMarkdown(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index), inlineNode(match.groups));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

function inlineNode({ plain, code, label, url, auto, bold, strike, star, under }) {
  if (plain !== undefined) return plain;
  if (code !== undefined) return el("code", { text: code });
  if (url !== undefined) return anchor(url, inlineMarkdown(label));
  if (auto !== undefined) return anchor(auto, [auto]);
  if (bold !== undefined) return el("strong", {}, inlineMarkdown(bold));
  if (strike !== undefined) return el("s", {}, inlineMarkdown(strike));
  return el("em", {}, inlineMarkdown(star ?? under));
}

const RULES = [
  { starts: /^\s*(?:```|~~~)/, take: takeFence },
  { starts: /^#{1,6}\s/, take: takeHeading },
  { starts: /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/, take: (lines) => (lines.shift(), el("hr")) },
  { starts: /^\s*>/, take: takeQuote },
  { starts: /^\s*\|.*\|\s*$/, take: takeTable },
  { starts: /^\s*(?:[-*+]|\d+[.)])\s/, take: takeList },
];

/**
 * Turn a Markdown text into nodes.
 *
 * @param {string} source
 * @returns {Node[]}
 */
export function markdown(source) {
  const lines = String(source ?? "").replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  while (lines.length) {
    if (!lines[0].trim()) lines.shift();
    else nodes.push(ruleOf(lines[0])?.take(lines) ?? takeParagraph(lines));
  }
  return nodes;
}

const ruleOf = (line) => RULES.find((rule) => rule.starts.test(line));

function takeWhile(lines, test) {
  const taken = [];
  while (lines.length && test(lines[0])) taken.push(lines.shift());
  return taken;
}

function takeFence(lines) {
  const mark = lines.shift().trim().slice(0, 3);
  const code = takeWhile(lines, (line) => !line.trim().startsWith(mark));
  lines.shift();
  return el("pre", { tabindex: "0" }, el("code", { text: code.join("\n") }));
}

function takeHeading(lines) {
  const [, marks, words] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines.shift()) ?? [null, "#", ""];
  return el(`h${Math.min(marks.length + 1, 6)}`, {}, inlineMarkdown(words));
}

function takeQuote(lines) {
  const inner = takeWhile(lines, (line) => /^\s*>/.test(line)).map((line) => line.replace(/^\s*> ?/, ""));
  return el("blockquote", {}, markdown(inner.join("\n")));
}

function takeTable(lines) {
  const rows = takeWhile(lines, (line) => /^\s*\|.*\|\s*$/.test(line)).map(cells);
  const isRuled = rows[1]?.every((cell) => /^:?-+:?$/.test(cell));
  const head = isRuled ? el("thead", {}, rowNode(rows[0], "th")) : null;
  const body = (isRuled ? rows.slice(2) : rows).map((row) => rowNode(row, "td"));
  return el("div", { class: "table", tabindex: "0" }, el("table", {}, head, el("tbody", {}, body)));
}

const cells = (line) => line.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim());

const rowNode = (row, tag) => el("tr", {}, row.map((cell) => el(tag, {}, inlineMarkdown(cell))));

function takeList(lines) {
  const isOrdered = /^\s*\d/.test(lines[0]);
  const items = [];
  const own = lines[0].search(/\S/);
  while (lines.length && isItem(lines[0]) && lines[0].search(/\S/) >= own) items.push(takeItem(lines, own));
  return el(isOrdered ? "ol" : "ul", {}, items);
}

const isItem = (line) => /^\s*(?:[-*+]|\d+[.)])\s/.test(line);

function takeItem(lines, own) {
  const words = lines.shift().replace(/^\s*(?:[-*+]|\d+[.)])\s+/, "");
  const more = takeWhile(lines, (line) => line.trim() && !isItem(line) && line.search(/\S/) > own);
  const inner = lines.length && isItem(lines[0]) && lines[0].search(/\S/) > own ? takeList(lines) : null;
  const [, box, text] = /^(?:\[([ xX])\] )?([\s\S]*)$/.exec([words, ...more.map((line) => line.trim())].join(" "));
  return el("li", {}, box ? (box === " " ? "☐ " : "☑ ") : null, inlineMarkdown(text), inner);
}

function takeParagraph(lines) {
  const text = takeWhile(lines, (line) => line.trim() && !ruleOf(line)).map((line) => line.trim());
  return el("p", {}, inlineMarkdown(text.join("\n")));
}
