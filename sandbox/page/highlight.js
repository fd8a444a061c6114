/** Lights the words that decided a route, where they stand in the messages, without changing the DOM. */

const NAME = "routed";

/**
 * Light words; whatever was lit before goes dark. Does nothing in a browser without custom highlights.
 *
 * @param {{words: string, rows: HTMLElement[]}[]} places rows in which to look for the words.
 * @returns {number} how many places are lit.
 */
export function light(places) {
  if (!globalThis.Highlight || !CSS.highlights) return 0;
  const ranges = places.flatMap(({ words, rows }) => rows.flatMap((row) => rangesIn(row, words)));
  if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
  else CSS.highlights.delete(NAME);
  return ranges.length;
}

function rangesIn(row, words) {
  const ranges = [];
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  const wanted = words.toLowerCase();
  if (!wanted) return ranges;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + words.length);
      ranges.push(range);
    }
  }
  return ranges;
}
