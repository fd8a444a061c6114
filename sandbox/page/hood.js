/** The drawer "under the hood": one run of the copilot as stations with measured milliseconds. */
import { el, fill } from "./dom.js";
import { endOf, fieldsOf, isReading, matchedIn, msOf, routeOf, stationsOf } from "./runs.js";
import { isUnderWay, kindOf } from "./store.js";
import { duration } from "./time.js";

/**
 * Make the drawer inside `root`.
 *
 * @param {HTMLElement} root
 * @param {object} options
 * @param {HTMLElement} options.kill the kill button with its report.
 * @param {(source: string) => string|null} options.tsOf the `ts` of an evidence id such as `m13`.
 * @param {(run: object|null) => void} options.onChoose a run became the one that is shown.
 */
export function createHood(root, { kill, tsOf, onChoose }) {
  const toggle = el("button", { type: "button", class: "hood-toggle", "aria-expanded": "false", "aria-controls": "hood-body" });
  fill(toggle, el("span", { class: "caret", "aria-hidden": "true", text: "▴" }), "Under the hood");
  const line = el("ol", { class: "stations", "aria-label": "Stations of the run" });
  const tabs = el("div", { class: "run-tabs", role: "tablist", "aria-label": "Runs" });
  const body = el("div", { class: "hood-body", id: "hood-body", hidden: true });
  fill(root, el("div", { class: "hood-bar" }, toggle, line, kill.button), el("div", { class: "hood-report" }, kill.report), body);
  let chosen = null;

  function setOpen(isOpen) {
    body.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    root.classList.toggle("is-open", isOpen);
  }
  toggle.addEventListener("click", () => setOpen(body.hidden));
  root.addEventListener("keydown", (event) => event.key === "Escape" && setOpen(false));

  function choose(run, state) {
    chosen = run;
    onChoose(run);
    update(state);
  }

  /** A run's event came: newer runs take the drawer by themselves, once they work on the incident. */
  function follow(state, { run }) {
    const isFirst = !chosen || !state.runs.has(chosen.id);
    if (isFirst || (run.number > chosen.number && isReading(run))) return choose(run, state);
    if (run === chosen) onChoose(run);
    update(state);
  }

  function update(state) {
    if (chosen && !state.runs.has(chosen.id)) chosen = null;
    if (!chosen && state.runs.size) return choose([...state.runs.values()].at(-1), state);
    body.classList.toggle("is-empty", !chosen);
    fill(line, chosen ? stationsOf(chosen).map(stationNode) : el("li", { class: "none", text: "Ask or press a button of an answer to see a run here, step by step." }));
    if (chosen) line.append(el("li", { class: "run-end", text: endOf(chosen) }));
    fill(tabs, [...state.runs.values()].map((run) => tabNode(run, run === chosen, () => choose(run, state))));
    if (chosen) fill(body, tabs, detailNodes(chosen, tsOf));
    else fill(body, el("p", { class: "empty", text: "Nothing has run." }));
  }

  return { update, follow, setOpen, chosen: () => chosen };
}

function stationNode(station) {
  return el(
    "li",
    { class: `station is-${station.state}`, data: { station: station.id } },
    el("span", { class: "dot", "aria-hidden": "true" }),
    el("span", { class: "station-words", text: station.words }),
    el("span", { class: "station-ms", text: duration(station.ms) }),
    station.note && el("span", { class: "station-note", text: station.note }),
  );
}

function tabNode(run, isChosen, choose) {
  const kind = kindOf(run);
  const words = `run ${run.number}${kind ? ` · ${kind}` : ""}${isUnderWay(run) ? " …" : ""}`;
  return el("button", { type: "button", role: "tab", "aria-selected": String(isChosen), title: run.id, text: words, on: { click: choose } });
}

function detailNodes(run, tsOf) {
  const rows = run.events.map((event) =>
    el("tr", { class: eventClass(event) }, el("td", { class: "ms", text: duration(msOf(event, run)) }), el("th", { scope: "row", text: event.event }), el("td", { text: fieldsOf(event) })),
  );
  return [
    routeNode(run, tsOf),
    el("div", { class: "events", tabindex: "0" }, el("table", { "aria-label": "Events of the run" }, el("tbody", {}, rows))),
  ];
}

const eventClass = ({ event }) => (/killed|failed|dropped/.test(event) ? "is-bad" : /repeated|started/.test(event) ? "is-noted" : "");

function routeNode(run, tsOf) {
  const route = routeOf(run);
  if (!route) return el("div", { class: "route" }, el("p", { class: "empty", text: "Not routed yet." }));
  const words = matchedIn(run).map(({ words: text, source }) => {
    const ts = tsOf(source);
    const label = [el("mark", { text }), ` ${source}`];
    return el("li", {}, ts ? el("a", { href: "#", data: { cites: ts } }, label) : label);
  });
  const score = route.score === undefined ? null : `score ${Number(route.score).toFixed(2)}`;
  return el(
    "div",
    { class: "route" },
    el("p", { class: "route-head" }, el("b", { text: route.tier }), ` ${[route.model, route.domain, score].filter(Boolean).join(" · ")}`),
    el("p", { class: "route-why", text: route.reason ?? "" }),
    words.length > 0 && el("ul", { "aria-label": "The words that decided" }, words),
  );
}
