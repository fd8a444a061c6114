/** An editor in the place of one's own message: Enter saves, Escape leaves it as it was. */
import { el } from "./dom.js";
import { nameOf } from "./store.js";

/**
 * Make the page's one editor.
 *
 * @param {object} state of the store
 * @param {(message: object, text: string) => void} save
 */
export function createEditor(state, save) {
  let now = null;

  function open(row, message) {
    close();
    const area = el("textarea", { rows: "1", "aria-label": "Edit the message", spellcheck: "false" });
    area.value = plain(message.text ?? "", state);
    const node = el("div", { class: "editor" }, area, footNode({ done: () => done(area.value), close }));
    area.addEventListener("keydown", (event) => onKey(event, area));
    now = { message, node, pane: row.closest(".pane").id };
    place(row);
    area.focus({ preventScroll: true });
    area.setSelectionRange(area.value.length, area.value.length);
    row.scrollIntoView({ block: "nearest" });
  }

  function place(row) {
    row.classList.add("is-edited-now");
    row.querySelector(".message-head").after(now.node);
  }

  function close() {
    now?.node.closest(".message")?.classList.remove("is-edited-now");
    now?.node.remove();
    now = null;
  }

  function done(text) {
    const { message } = now;
    close();
    if (text.trim() && text.trim() !== plain(message.text ?? "", state)) save(message, text.trim());
  }

  function onKey(event, area) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    done(area.value);
  }

  /** The message was drawn anew: the editor goes back into it, with what was written so far. */
  function restore() {
    if (!now || now.node.isConnected) return;
    const row = document.querySelector(`#${now.pane} .list [data-ts="${now.message.ts}"]`);
    if (row?.querySelector(".message-head")) place(row);
    else now = null;
  }

  return { open, restore };
}

/** The words of a message as they were typed. */
function plain(text, state) {
  const named = text.replaceAll(/<@([A-Z0-9]+)>/g, (_, id) => `@${nameOf(state, id) ?? id}`);
  return named.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function footNode({ done, close }) {
  const keys = el("span", { class: "keys" }, el("kbd", { text: "Enter" }), " saves · ", el("kbd", { text: "Esc" }), " leaves it");
  return el(
    "div",
    { class: "editor-foot" },
    keys,
    el("button", { type: "button", class: "press", text: "Cancel", on: { click: close } }),
    el("button", { type: "button", class: "press press-primary", text: "Save", on: { click: done } }),
  );
}
