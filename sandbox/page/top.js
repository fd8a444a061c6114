/** The head of the page: which incident, which model, the incidents to choose from, notices, theme. */
import { el, fill } from "./dom.js";
import { day } from "./time.js";

const NOTICE_MS = 6000;

/**
 * @param {Record<string, HTMLElement>} nodes
 * @param {{choose: (id: string) => void}} options
 */
export function createTop(nodes, { choose }) {
  let timer = 0;
  bindTheme(nodes.theme);

  function update(state) {
    if (!state.scenario) return;
    const current = state.scenarios.find(({ id }) => id === state.scenario.id);
    nodes.name.textContent = current?.channel ?? state.scenario.id;
    nodes.day.textContent = dayWords(state.scenario);
    document.title = `${nodes.name.textContent} · incident-copilot`;
    fill(nodes.mode, modeNodes(state.bot));
    nodes.mode.title = state.bot?.detail ?? "";
    nodes.mode.classList.toggle("is-model", Boolean(state.bot?.mode) && !isWithoutModel(state.bot));
    fill(nodes.incidents, state.scenarios.map((scenario) => incidentNode(scenario, scenario.id === state.scenario.id, choose)), state.broken.map(brokenNode));
  }

  /** No incident can be played: say so, and which files are to blame. */
  function empty(broken) {
    nodes.name.textContent = "No incident";
    nodes.day.textContent = "put an incident file into the folder of incidents";
    fill(nodes.incidents, broken.map(brokenNode));
  }

  function notice(words, { isLasting = false } = {}) {
    clearTimeout(timer);
    nodes.notice.textContent = words;
    nodes.notice.hidden = !words;
    if (words && !isLasting) timer = setTimeout(() => notice(""), NOTICE_MS);
  }

  function connection(isConnected, waitMs) {
    document.body.classList.toggle("is-lost", !isConnected);
    notice(isConnected ? "" : `The workspace does not answer; trying again in ${(waitMs / 1000).toFixed(1)} s.`, { isLasting: true });
  }

  return { update, empty, notice, connection };
}

function dayWords({ start, end }) {
  return day(start) === day(end) ? day(start) : `${day(start)} – ${day(end)}`;
}

const isWithoutModel = (bot) => /^(no model|rules)$/i.test(bot?.mode ?? "");

function modeNodes(bot) {
  if (!bot) return [];
  const words = isWithoutModel(bot) ? el("span", {}, el("b", { text: "No model" }), ": answers come from rules") : el("b", { text: bot.mode || bot.detail });
  return [el("span", { class: "mode-dot", "aria-hidden": "true" }), words];
}

function incidentNode(scenario, isCurrent, choose) {
  const button = el(
    "button",
    { type: "button", "aria-current": isCurrent ? "true" : null, on: { click: () => choose(scenario.id) } },
    el("span", { class: "incident-name" }, el("span", { class: "hash", "aria-hidden": "true", text: "#" }), scenario.channel),
    el("span", { class: "incident-question", text: scenario.question }),
  );
  return el("li", {}, button);
}

const brokenNode = ({ file, field, problem }) =>
  el("li", { class: "broken" }, el("span", { class: "incident-name", text: file }), el("span", { text: `${field}: ${problem}` }));

function bindTheme(button) {
  const root = document.documentElement;
  const stored = localStorage.getItem("theme");
  if (stored) root.dataset.theme = stored;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : !matchMedia("(prefers-color-scheme: light)").matches);
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}
