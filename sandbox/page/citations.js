/**
 * Links into the workspace: `[13]` outlines its message wherever that stands, and opens it in place.
 */
import { el, isCalm, safeUrl } from "./dom.js";
import { tsOfPermalink } from "./time.js";

const ARCHIVE = /\/archives\/([A-Z0-9]+)\/p(\d{7,})$/;

/** The message a permalink names, as `{channel, ts}`, or null for any other address. */
export function messageOf(url) {
  const safe = safeUrl(url);
  const found = safe && ARCHIVE.exec(new URL(safe).pathname);
  return found ? { channel: found[1], ts: tsOfPermalink(found[2]) } : null;
}

/**
 * Make a link; one that names a message opens it here, all others open apart.
 *
 * @param {string} url
 * @param {(Node|string)[]} label
 */
export function anchor(url, label) {
  const href = safeUrl(url);
  if (!href) return el("span", { class: "link-refused", title: "This address is not opened" }, label);
  const target = messageOf(href);
  if (!target) return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
  const text = label.map((part) => part.textContent ?? part).join("");
  const isNumber = /^\[?\d+\]?$/.test(text.trim());
  return el("a", { href, class: isNumber ? "cite" : "", data: { cites: target.ts } }, label);
}

/**
 * Follow hovering, focus and clicks of every citation in the document.
 *
 * @param {(ts: string) => void} open makes the message visible, in whichever pane it belongs.
 */
export function followCitations(open) {
  const lit = (event) => outline(event.target.closest?.("[data-cites]")?.dataset.cites ?? null);
  document.addEventListener("mouseover", lit);
  document.addEventListener("focusin", lit);
  document.addEventListener("focusout", () => outline(null));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-cites]");
    if (!link) return;
    event.preventDefault();
    open(link.dataset.cites);
  });
}

let outlined = null;

function outline(ts) {
  if (ts === outlined) return;
  for (const node of document.querySelectorAll(".is-cited")) node.classList.remove("is-cited");
  outlined = ts;
  if (!ts) return;
  for (const node of standing(ts)) node.classList.add("is-cited");
}

/** Every place where a message is drawn: its rows, and its tick on the tape. */
export const standing = (ts) => document.querySelectorAll(`[data-ts="${CSS.escape(ts)}"]`);

/** Scroll a drawn message into view and let it flash once. */
export function flash(node) {
  node.scrollIntoView({ block: "center", behavior: isCalm() ? "auto" : "smooth" });
  node.classList.remove("is-flashing");
  requestAnimationFrame(() => node.classList.add("is-flashing"));
  node.addEventListener("animationend", () => node.classList.remove("is-flashing"), { once: true });
}
