/** Reading an answer of the copilot as a person does: its headline, its rivals, whom it cites. */
import { blockNodes } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";

const BLOCK_TAGS = new Set(["DIV", "P", "LI", "TR", "PRE", "BLOCKQUOTE", "H2", "H3", "H4", "HR", "UL", "OL", "ARTICLE"]);
const MARK_BOLD = "STRONG";

/**
 * Read a posted answer.
 *
 * @param {object} message
 * @param {(id: string) => string} nameOf
 * @returns {{headline: string, rivals: {id: string, words: string}[], cites: {ts: string, under: string}[]}}
 *   `under` is the rival in whose part a citation stands, or "" above the first.
 */
export function readAnswer(message, nameOf) {
  const lines = linesOf(message, nameOf);
  return { headline: headlineOf(lines), rivals: fallen(rivalsOf(lines), lines), cites: citesOf(lines) };
}

/** The lines of a message, each a list of `{text, isBold, cites}`. */
function linesOf(message, nameOf) {
  const silent = { nameOf, press() {} };
  const nodes = message.blocks?.length ? blockNodes(message.blocks, silent) : mrkdwn(message.text, nameOf);
  const lines = [[]];
  for (const node of nodes) collect(node, { isBold: false, cites: null }, lines);
  return lines.filter((line) => textOf(line).trim());
}

function collect(node, style, lines) {
  if (node.nodeType === Node.TEXT_NODE) {
    node.data.split("\n").forEach((text, at) => {
      if (at > 0) lines.push([]);
      lines.at(-1).push({ text, ...style });
    });
    return;
  }
  const inner = { isBold: style.isBold || node.tagName === MARK_BOLD, cites: node.dataset?.cites ?? style.cites };
  if (BLOCK_TAGS.has(node.tagName)) lines.push([]);
  for (const child of node.childNodes) collect(child, inner, lines);
  if (BLOCK_TAGS.has(node.tagName)) lines.push([]);
}

const textOf = (line) => line.map((part) => part.text).join("");

/** The first bold line that cites something; a label without a citation says nothing of the incident. */
function headlineOf(lines) {
  const bolds = lines.filter((line) => line.some((part) => part.isBold && part.text.trim()));
  const bold = bolds.find((line) => line.some((part) => part.cites)) ?? bolds[0];
  return textOf(bold ?? lines[0] ?? []).trim();
}

const RIVAL = /^\W*(H\d+)\b\W*(.*)$/;

function rivalsOf(lines) {
  const found = new Map();
  for (const line of lines) {
    const match = RIVAL.exec(textOf(line).trim());
    if (match && isRivalLine(line) && !found.has(match[1])) found.set(match[1], match[2]);
  }
  return [...found].map(([id, words]) => ({ id, words }));
}

const SUPERSEDED = /^\W*(?:Superseded|Updated)\b/;
const FELL = /\b(H\d+(?:(?:, | and )H\d+)*) (?:(?:is|are) )?(refuted|not supported any more)\b/g;

/** A rival that fell later keeps its old words in its own part; the line on top says that it fell. */
function fallen(rivals, lines) {
  const later = lines.map((line) => textOf(line)).filter((words) => SUPERSEDED.test(words)).join("\n");
  const told = [...later.matchAll(FELL)].flatMap(([, ids, how]) => ids.match(/H\d+/g).map((id) => [id, how]));
  const ends = new Map(told.map(([id, how]) => [id, how === "refuted" ? "refuted since" : how]));
  return rivals.map((rival) => (ends.has(rival.id) ? { ...rival, words: ends.get(rival.id) } : rival));
}

const isRivalLine = (line) => line.find((part) => part.text.trim())?.isBold ?? false;

function citesOf(lines) {
  const cites = [];
  let under = "";
  for (const line of lines) {
    const match = RIVAL.exec(textOf(line).trim());
    if (match && isRivalLine(line)) under = match[1];
    for (const part of line) if (part.cites) cites.push({ ts: part.cites, under });
  }
  return cites;
}
