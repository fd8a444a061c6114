/** The reader: a Markdown file of the copilot, shown as a document and downloadable. */
import { addressOf } from "./attachments.js";
import { el, fill } from "./dom.js";
import { markdown } from "./markdown.js";

/**
 * Open a file in the reader.
 *
 * @param {HTMLDialogElement} dialog
 * @param {object} file Slack's file object
 * @param {(address: string) => Promise<string>} fetchFile
 */
export async function read(dialog, file, fetchFile) {
  const source = await fetchFile(addressOf(file));
  const close = el("button", { type: "button", class: "quiet icon", "aria-label": "Close", text: "×", on: { click: () => dialog.close() } });
  const save = el("a", { class: "press", href: addressOf(file), download: file.name, text: "Download .md" });
  const head = el("header", {}, el("h2", { id: "reader-title", text: file.title || file.name }), save, close);
  fill(dialog, head, el("article", { class: "document markdown", tabindex: "0" }, markdown(source)));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".document").focus();
}

/** A citation inside the reader leaves it, so that the message can be seen. */
export function closeOnCitation(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-cites]")) dialog.close();
  });
}
