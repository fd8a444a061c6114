/**
 * Block Kit to DOM: what the copilot posts and what alert tools attach.
 *
 * A block of an unknown type is named, not hidden: a missing part of an answer must be seen.
 */
import { anchor } from "./citations.js";
import { el } from "./dom.js";
import { elementNode } from "./elements.js";
import { inlineMarkdown, markdown } from "./markdown.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const DRAWERS = {
  rich_text: richText,
  section: sectionNode,
  header: (block) => el("h3", { class: "block-header", text: block.text?.text ?? "" }),
  divider: () => el("hr"),
  context: contextNode,
  actions: actionsNode,
  context_actions: actionsNode,
  markdown: (block) => el("div", { class: "markdown" }, markdown(block.text)),
  table: tableNode,
  image: (block) => el("p", { class: "no-image", text: `[image: ${block.alt_text || "no description"}]` }),
};

/**
 * Draw blocks in their order.
 *
 * @param {object[]} blocks
 * @param {object} context `nameOf(id)` and `press(block, element, value)`.
 * @returns {HTMLElement[]}
 */
export const blockNodes = (blocks, context) => blocks.map((block) => blockNode(block, context));

function blockNode(block, context) {
  const draw = DRAWERS[block.type];
  const node = draw ? draw(block, context) : el("p", { class: "unknown", text: `[${block.type} is not drawn here]` });
  node.classList.add("block", `block-${block.type}`);
  node.classList.toggle("block-hypothesis", /^\s*H\d+\b/.test(node.textContent) && block.type === "rich_text");
  return node;
}

/** A text object (`plain_text` or `mrkdwn`) as nodes. */
export function textNodes(text, context) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text, context.nameOf) : [text.text ?? ""];
}

function sectionNode(block, context) {
  const fields = (block.fields ?? []).map((field) => el("div", { class: "field" }, textNodes(field, context)));
  return el(
    "div",
    {},
    el(
      "div",
      { class: "section-text" },
      block.text && el("div", { class: "mrkdwn" }, textNodes(block.text, context)),
      fields.length > 0 && el("div", { class: "fields" }, fields),
    ),
    block.accessory && elementNode(block.accessory, block, context),
  );
}

function contextNode(block, context) {
  const parts = (block.elements ?? []).map((item) =>
    item.type === "image" ? el("span", { text: `[${item.alt_text}]` }) : el("span", {}, textNodes(item, context)),
  );
  return el("div", {}, parts);
}

function actionsNode(block, context) {
  return el("div", {}, (block.elements ?? []).map((item) => elementNode(item, block, context)));
}

function tableNode(block, context) {
  const rows = (block.rows ?? []).map((row, at) =>
    el("tr", {}, row.map((cell, column) => cellNode(cell, at === 0 ? "th" : "td", alignOf(block, column), context))),
  );
  return el("div", { class: "table", tabindex: "0" }, el("table", {}, rows));
}

const alignOf = (block, column) => block.column_settings?.[column]?.align ?? "left";

function cellNode(cell, tag, align, context) {
  const props = { class: `align-${align}` };
  if (cell.type === "rich_text") return el(tag, props, richText(cell, context));
  if (cell.url) return el(tag, props, anchor(cell.url, [cell.text]));
  return el(tag, props, cell.type === "markdown" ? inlineMarkdown(cell.text) : String(cell.text ?? cell.value ?? ""));
}
