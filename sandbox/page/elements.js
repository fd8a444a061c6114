/** The interactive elements of Block Kit inside messages: buttons, menus, thumbs, icons. */
import { el, safeUrl } from "./dom.js";
import { messageOf } from "./citations.js";

const ICONS = { trash: "🗑", thumbs_up: "👍", thumbs_down: "👎", copy: "⧉", refresh: "↻" };

/**
 * Draw one interactive element.
 *
 * @param {object} item the element
 * @param {object} block the block it stands in
 * @param {{press: (block: object, item: object, value: string) => void}} context
 */
export function elementNode(item, block, context) {
  switch (item.type) {
    case "button": return item.url ? linkButton(item) : button(item, block, context);
    case "workflow_button": return button(item, block, context);
    case "static_select":
    case "overflow": return menu(item, block, context);
    case "feedback_buttons": return feedback(item, block, context);
    case "icon_button": return icon(item, block, context);
    default: return el("span", { class: "unknown", text: `[${item.type}]` });
  }
}

const labelOf = (item) => item.text?.text ?? "";

function button(item, block, context) {
  return el("button", {
    type: "button",
    class: `press ${item.style ? `press-${item.style}` : ""}`,
    "aria-label": item.accessibility_label,
    text: labelOf(item),
    on: { click: () => confirmed(item) && context.press(block, item, item.value ?? "") },
  });
}

function linkButton(item) {
  const href = safeUrl(item.url);
  const target = messageOf(item.url);
  const data = target ? { cites: target.ts } : {};
  return el("a", { class: "press", href, data, target: target ? null : "_blank", rel: "noopener noreferrer" }, labelOf(item));
}

function confirmed(item) {
  const ask = item.confirm;
  return !ask || globalThis.confirm(`${ask.title?.text ?? ""}\n\n${ask.text?.text ?? ""}`.trim());
}

/** The options of a select, grouped or not. */
export const optionsOf = (item) => item.options ?? (item.option_groups ?? []).flatMap((group) => group.options);

function menu(item, block, context) {
  const words = item.placeholder?.text ?? (item.type === "overflow" ? "More…" : "Choose…");
  const options = optionsOf(item).map((option) => el("option", { value: option.value, text: labelOf(option) }));
  const select = el("select", { class: "press", "aria-label": words }, el("option", { value: "", text: words }), options);
  select.value = item.initial_option?.value ?? "";
  select.addEventListener("change", () => select.value && context.press(block, item, select.value));
  return select;
}

function feedback(item, block, context) {
  const thumbs = [[item.positive_button, "👍"], [item.negative_button, "👎"]].filter(([thumb]) => thumb);
  const nodes = thumbs.map(([thumb, sign]) =>
    el("button", {
      type: "button",
      class: "thumb",
      "aria-label": labelOf(thumb),
      title: labelOf(thumb),
      text: sign,
      on: {
        click: (event) => {
          for (const node of event.currentTarget.parentNode.children) node.setAttribute("aria-pressed", "false");
          event.currentTarget.setAttribute("aria-pressed", "true");
          context.press(block, item, thumb.value ?? "");
        },
      },
    }),
  );
  return el("span", { class: "thumbs", role: "group", "aria-label": "Was this right?" }, nodes);
}

function icon(item, block, context) {
  const click = () => context.press(block, item, item.value ?? "");
  const words = labelOf(item) || item.icon || "Press";
  return el("button", { type: "button", class: "thumb", "aria-label": words, title: words, text: ICONS[item.icon] ?? "•", on: { click } });
}
