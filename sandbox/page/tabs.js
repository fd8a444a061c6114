/** Phone width: one pane at a time, chosen by a tab bar; and the moves of the keyboard. */
import { el, fill } from "./dom.js";

const TABS = [
  ["side", "Incidents", "◎"],
  ["channel", "Channel", "#"],
  ["thread", "Thread", "↳"],
  ["hood", "Hood", "∿"],
];

/** Draw the tab bar; returns `show(name)`, `hint(name)` and `allow(name, isThere)`. */
export function createTabs(root, body) {
  const buttons = TABS.map(([name, words, sign]) =>
    el("button", { type: "button", data: { to: name }, on: { click: () => show(name) } }, el("span", { class: "tab-sign", "aria-hidden": "true", text: sign }), words),
  );
  fill(root, buttons);

  function show(name) {
    body.dataset.tab = name;
    for (const button of buttons) button.setAttribute("aria-current", button.dataset.to === name ? "page" : "false");
  }

  /** Mark a pane that has something new while another is shown. */
  function hint(name) {
    const button = buttons.find(({ dataset }) => dataset.to === name);
    button.classList.toggle("has-news", body.dataset.tab !== name);
  }

  /** A pane that is not there cannot be chosen; when it went away, its place is the channel's. */
  function allow(name, isThere) {
    buttons.find(({ dataset }) => dataset.to === name).disabled = !isThere;
    if (!isThere && body.dataset.tab === name) show("channel");
  }

  root.addEventListener("click", (event) => event.target.closest("button")?.classList.remove("has-news"));
  show(body.dataset.tab);
  return { show, hint, allow };
}

/**
 * j and k walk through the messages of the pane that has the focus; space plays and pauses.
 *
 * @param {{toggle: () => void, close: () => void}} moves
 */
export function followKeys({ toggle, close }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === " " && !event.target.closest("button, a")) event.preventDefault(), toggle();
    else if (event.key === "Escape") close();
  });
}

function step(by) {
  const pane = document.activeElement.closest(".pane") ?? document.querySelector("#thread:not([hidden])") ?? document.querySelector("#channel");
  const rows = [...(pane?.querySelectorAll(".message") ?? [])];
  const at = rows.indexOf(document.activeElement.closest(".message"));
  const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  rows[Math.min(Math.max(to, 0), rows.length - 1)]?.focus();
}
