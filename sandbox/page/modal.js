/** Modals of the copilot as an accessible dialog. */
import { blockNodes, textNodes } from "./blocks.js";
import { el, fill } from "./dom.js";
import { optionsOf } from "./elements.js";

/**
 * Bind the dialog to the store's view.
 *
 * @param {HTMLDialogElement} dialog
 * @param {object} options
 * @param {(viewId: string, values: object) => Promise<object>} options.submit may answer `{errors}` by block id.
 * @param {object} options.context for blocks.
 * @param {(viewId: string) => void} options.dismiss the person closed it without submitting.
 */
export function createModal(dialog, { submit, context, dismiss }) {
  let shownId = null;

  /** Show the newest open view; close the dialog when there is none. */
  function update({ views }) {
    const [id, view] = [...views].at(-1) ?? [null, null];
    const values = shownId === id ? valuesOf(dialog) : {};
    shownId = id;
    if (!view) return dialog.open && dialog.close();
    fill(dialog, formOf(id, view));
    restore(dialog, values);
    if (!dialog.open) dialog.showModal();
    return dialog.querySelector("input, textarea, select")?.focus();
  }

  function formOf(id, view) {
    const errors = el("p", { class: "form-error", role: "alert", hidden: true });
    const form = el("form", { method: "dialog" });
    const close = () => dialog.close();
    const head = el("h2", { id: "modal-title", text: view.title?.text ?? "" });
    const cancel = el("button", { type: "button", class: "press", text: view.close?.text ?? "Cancel", on: { click: close } });
    const send = view.submit && el("button", { type: "submit", class: "press press-primary", text: view.submit.text });
    fill(form, head, (view.blocks ?? []).map((block) => fieldNode(block, context)), errors, el("footer", {}, cancel, send));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const reply = await submit(id, valuesOf(dialog));
      errors.textContent = Object.values(reply.errors ?? {}).join(" ");
      errors.hidden = !errors.textContent;
    });
    return form;
  }

  dialog.addEventListener("close", () => {
    if (shownId) dismiss(shownId);
    shownId = null;
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return { update };
}

function fieldNode(block, context) {
  if (block.type !== "input") return blockNodes([block], context)[0];
  const id = `field-${block.block_id}`;
  const control = controlNode(block, id);
  const label = el("span", { class: "label", id: `${id}-label`, text: block.label?.text ?? "" });
  const hint = block.hint && el("small", {}, textNodes(block.hint, context));
  return el("div", { class: "field-row" }, el("label", { for: id }, label), control, hint);
}

function controlNode(block, id) {
  const item = block.element;
  const data = { block: block.block_id ?? "", action: item.action_id ?? "" };
  const props = { id, data, required: !block.optional, placeholder: item.placeholder?.text };
  switch (item.type) {
    case "static_select": return selectNode(item, props);
    case "radio_buttons": return choicesNode(item, { ...props, kind: "radio" });
    case "checkboxes": return choicesNode(item, { ...props, kind: "checkbox" });
    default: return inputNode(item, props);
  }
}

function inputNode(item, props) {
  const node = el(item.multiline ? "textarea" : "input", { ...props, maxlength: item.max_length, minlength: item.min_length, rows: item.multiline ? "4" : null });
  node.value = item.initial_value ?? "";
  return node;
}

function selectNode(item, props) {
  const options = optionsOf(item).map((option) => el("option", { value: option.value, text: option.text?.text ?? "" }));
  const none = el("option", { value: "", text: item.placeholder?.text ?? "Choose…" });
  const node = el("select", props, none, options);
  node.value = item.initial_option?.value ?? "";
  return node;
}

function choicesNode(item, { id, data, required, kind }) {
  const chosen = new Set([item.initial_option?.value, ...(item.initial_options ?? []).map((option) => option.value)]);
  const rows = optionsOf(item).map((option, at) => {
    const input = el("input", { type: kind, name: id, id: at === 0 ? id : null, value: option.value, data, required: required && kind === "radio" });
    input.checked = chosen.has(option.value);
    const note = option.description?.text;
    return el("label", { class: "choice" }, input, el("span", {}, option.text?.text ?? "", note && el("small", { text: note })));
  });
  return el("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": `${id}-label` }, rows);
}

/** What the person entered: `{block_id: {action_id: value}}`; a list where several may be ticked. */
function valuesOf(dialog) {
  const values = {};
  for (const node of dialog.querySelectorAll("[data-action]")) {
    const block = (values[node.dataset.block] ??= {});
    const action = node.dataset.action;
    if (node.type === "checkbox") block[action] = [...(block[action] ?? []), ...(node.checked ? [node.value] : [])];
    else if (node.type !== "radio") block[action] = node.value;
    else if (node.checked) block[action] = node.value;
  }
  return values;
}

function restore(dialog, values) {
  for (const node of dialog.querySelectorAll("[data-action]")) {
    const value = values[node.dataset.block]?.[node.dataset.action];
    if (value === undefined) continue;
    if (node.type === "radio" || node.type === "checkbox") node.checked = [value].flat().includes(node.value);
    else node.value = value;
  }
}
