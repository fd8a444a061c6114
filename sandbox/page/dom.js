/**
 * Building DOM from data that nobody vouches for.
 *
 * Data reaches the document as text nodes and as a few checked attributes; no module of the page
 * parses a string as HTML.
 */

/**
 * Make one element.
 *
 * @param {string} tag
 * @param {object} props `class`, `text`, `data` (dataset), `on` (listeners); the rest are attributes.
 *   An attribute that is null, undefined or false is left out; true gives an empty one.
 * @param {...(Node|string|null|false|Array)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  append(node, children);
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "text") node.textContent = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
  else node.setAttribute(name, value === true ? "" : value);
}

/** Append nodes, strings and nested lists of them; skip what is null or false. */
export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child);
  }
  return node;
}

/** Replace everything inside `node`. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/**
 * Return `url` when a browser may follow it, else null.
 *
 * @param {string} url
 * @returns {string|null} only http, https and mailto pass.
 */
export function safeUrl(url) {
  let parsed;
  try {
    parsed = new URL(String(url), location.origin);
  } catch {
    return null;
  }
  return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
}

/** Set a CSS custom property; the one way a number of the data reaches the style. */
export function vary(node, name, value) {
  node.style.setProperty(name, value);
  return node;
}

/** Whether the person asked for less motion. */
export function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
