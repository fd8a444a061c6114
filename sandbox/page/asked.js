/** The list of asked moments, and the strip that closes a scenario. */
import { compare } from "./asks.js";
import { el, fill } from "./dom.js";
import { isAtEnd } from "./store.js";
import { hhmm, span } from "./time.js";

/** Draw the asked moments into `root`, newest first; a click opens the answer. */
export function drawAsked(root, state, open) {
  const rows = state.asks.map((asked, at) => askedNode(asked, whenWords(state.asks, at), state, open)).reverse();
  const list = rows.length ? el("ol", {}, rows) : el("p", { class: "empty", text: "Ask, then drag the clock and ask again: rivals fall." });
  fill(root, el("h2", { text: "Asked at" }), list);
}

/** "22:26", and "22:26 (2)" for the second question of that minute. */
function whenWords(asks, at) {
  const when = hhmm(asks[at].ts);
  const count = asks.slice(0, at + 1).filter(({ ts }) => hhmm(ts) === when).length;
  return count > 1 ? `${when} (${count})` : when;
}

function askedNode(asked, when, state, open) {
  const isHere = asked.take === state.scenario?.take && state.messages.has(asked.answerTs);
  const words = asked.answer?.headline || (asked.answerTs ? "…" : asked.isTold ? "told to you alone" : "waiting for the answer");
  const head = el("span", { class: "asked-at" }, el("time", { text: when }), !isHere && asked.answerTs && el("em", { text: `take ${asked.take}` }));
  const rivals = (asked.answer?.rivals ?? []).map((rival) => rivalNode(rival));
  const props = { type: "button", class: isHere ? "" : "is-past", disabled: !isHere, on: { click: () => open(asked.answerTs) } };
  return el("li", {}, el("button", props, head, el("span", { class: "asked-words", text: words }), rivals));
}

function rivalNode({ id, words }) {
  const fell = /\b(refuted|ruled out|superseded|not supported any more)\b/i.test(words);
  return el("span", { class: `rival ${fell ? "has-fallen" : ""}` }, el("b", { text: id }), ` ${words}`);
}

/** Say, when the scenario is over, who found it first; nothing before. */
export function drawVerdict(root, state) {
  root.hidden = !isAtEnd(state) || !state.scenario?.found_at;
  if (root.hidden) return;
  const { foundAt, first, under, wasAsked } = compare(state);
  const number = state.numbers[state.scenario.trigger_ts];
  fill(
    root,
    el("span", { class: "verdict-side" }, "people found it at ", el("b", { text: hhmm(foundAt) })),
    el("span", { class: `verdict-side ${first ? "is-found" : "is-open"}` }, copilotWords({ first, under, wasAsked, foundAt, number })),
    state.scenario.expected_at_ask === "insufficient_evidence" &&
      el("span", { class: "verdict-note", text: "At the question there was not enough to know; saying so was right." }),
  );
}

function copilotWords({ first, under, wasAsked, foundAt, number }) {
  const trigger = number ? `the trigger [${number}]` : "the trigger";
  if (!first) return wasAsked ? `copilot: not found (no answer before then cites ${trigger})` : "copilot: not asked before then";
  const where = under ? `in ${under}` : "among the facts";
  return ["first check naming it at ", el("b", { text: hhmm(first.ts) }), ` · ${trigger} ${where} · ${span(first.ts, foundAt)} before the people`];
}
