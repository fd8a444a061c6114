/** Where the person writes: mentions, slash commands with hints, and the three uses one key away. */
import { el, fill } from "./dom.js";

const MOST_HEIGHT_PX = 160;
const HINTS = [
  { fills: "@copilot ", words: "@copilot", note: "ask in this thread" },
  { fills: "/opus ", words: "/opus [question]", note: "the same, forced to Opus" },
  { fills: "/copilot postmortem", words: "/copilot postmortem", note: "draft the review" },
  { fills: "/copilot help", words: "/copilot help", note: "what it can do" },
];

/**
 * Make a composer inside `root`.
 *
 * @param {HTMLElement} root
 * @param {object} options
 * @param {string} options.label for screen readers and as placeholder.
 * @param {(text: string) => void} options.send
 * @param {() => string} options.question the scenario's question, for the three uses.
 */
export function createComposer(root, { label, send, question }) {
  const id = `hints-${label.replaceAll(/\W+/g, "-").toLowerCase()}`;
  const hints = el("ul", { class: "hints", role: "listbox", id, hidden: true, "aria-label": "Suggestions" });
  const area = el("textarea", {
    rows: "1",
    placeholder: label,
    "aria-label": label,
    "aria-controls": id,
    autocomplete: "off",
    spellcheck: "false",
  });
  const enter = el("button", { type: "button", class: "enter", "aria-label": "Send", title: "Enter sends", text: "⏎" });
  const uses = usesNode((text) => write(text, { pulse: true }), question);
  fill(root, hints, el("div", { class: "composer" }, area, enter), uses);
  let chosen = 0;

  function write(text, { pulse = false } = {}) {
    area.value = text;
    enter.classList.toggle("is-pulsing", pulse);
    grow();
    suggest();
    area.focus({ preventScroll: true });
    area.setSelectionRange(text.length, text.length);
  }

  function submit() {
    const text = area.value.trim();
    enter.classList.remove("is-pulsing");
    if (!text) return;
    area.value = "";
    grow();
    suggest();
    send(text);
  }

  function grow() {
    area.style.height = "auto";
    if (area.scrollHeight) area.style.height = `${Math.min(area.scrollHeight, MOST_HEIGHT_PX)}px`;
  }

  const matching = () => HINTS.filter(({ fills }) => area.value && fills.startsWith(area.value) && fills.trim() !== area.value.trim());

  function suggest() {
    const found = matching();
    hints.hidden = found.length === 0;
    chosen = Math.min(chosen, Math.max(found.length - 1, 0));
    fill(hints, found.map((hint, at) => hintNode(hint, at === chosen, () => write(hint.fills))));
  }

  function onKey(event) {
    const found = matching();
    const take = () => write(found[chosen].fills);
    if (event.isComposing) return;
    if (found.length && event.key === "Tab") return stop(event, take);
    if (found.length && event.key === "ArrowDown") return stop(event, () => (chosen = (chosen + 1) % found.length));
    if (found.length && event.key === "ArrowUp") return stop(event, () => (chosen = (chosen + found.length - 1) % found.length));
    if (event.key === "Escape" && !hints.hidden) return stop(event, () => (hints.hidden = true));
    if (event.key === "Enter" && !event.shiftKey) stop(event, found.length && area.value.length > 1 ? take : submit);
  }

  function stop(event, act) {
    event.preventDefault();
    event.stopPropagation();
    act();
    if (event.key.startsWith("Arrow")) suggest();
  }

  area.addEventListener("keydown", onKey);
  area.addEventListener("input", () => {
    enter.classList.remove("is-pulsing");
    grow();
    suggest();
  });
  area.addEventListener("blur", () => setTimeout(() => (hints.hidden = true), 150));
  enter.addEventListener("click", submit);
  return { write, clear: () => write(""), area };
}

function hintNode(hint, isChosen, take) {
  const props = { role: "option", "aria-selected": String(isChosen), on: { mousedown: (event) => (event.preventDefault(), take()) } };
  return el("li", props, el("code", { text: hint.words }), el("span", { text: hint.note }));
}

function usesNode(write, question) {
  const uses = [
    ["Ask", "a mention: the model fits the question", () => `@copilot ${question()}`],
    ["/opus", "escalate this to Opus", () => `/opus ${question()}`],
    ["Postmortem", "draft the review from the same evidence", () => "/copilot postmortem"],
  ];
  const nodes = uses.map(([words, title, text]) => el("button", { type: "button", class: "use", title, text: words, on: { click: () => write(text()) } }));
  const keys = el("span", { class: "keys" }, el("kbd", { text: "Enter" }), " sends · ", el("kbd", { text: "Shift Enter" }), " new line");
  return el("div", { class: "uses" }, nodes, keys);
}
