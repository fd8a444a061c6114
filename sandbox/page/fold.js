/** Very long texts: their head, and the rest on demand, so that one paste never buries a thread. */
import { el, fill } from "./dom.js";

export const MOST_CHARS = 4000;
const SEARCHED_CHARS = 200;

/**
 * Draw a text, or the head of a long one with a button for all of it.
 *
 * @param {string} text
 * @param {(text: string) => Node|Array} draw
 * @returns {Node|Array}
 */
export function folded(text, draw) {
  if (text.length <= MOST_CHARS) return draw(text);
  const words = `Show all ${text.length.toLocaleString("en")} characters`;
  const click = () => fill(holder, draw(text));
  const more = el("button", { type: "button", class: "more", text: words, on: { click } });
  const holder = el("div", {}, draw(`${head(text)}…`), more);
  return holder;
}

/** The first characters, up to a space when one is near, never half of a character. */
function head(text) {
  const cut = text.slice(0, MOST_CHARS);
  const space = cut.search(/\s\S*$/);
  return space > MOST_CHARS - SEARCHED_CHARS ? cut.slice(0, space) : cut.replace(/[\ud800-\udbff]$/, "");
}
