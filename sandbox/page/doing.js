/**
 * What a person can do with a message that stands there: react, edit, delete.
 *
 * One bar for the whole page. It comes with the pointer, with a tap, or with the keyboard's focus, and goes
 * with it; a message that is drawn anew gets it back.
 */
import { el, fill, vary } from "./dom.js";
import { createEditor } from "./editor.js";
import { emoji } from "./emoji.js";
import { authorOf, isGone } from "./messages.js";

const QUICK = ["+1", "eyes", "white_check_mark", "pushpin", "bulb", "no_entry_sign"];
const OWN_USE = "a, button, select, textarea, pre";

/**
 * Follow the pointer, the taps and the focus over the messages inside `root`.
 *
 * @param {HTMLElement} root
 * @param {object} store
 * @param {object} acts `react(message, name)`, `edit(message, text)`, `remove(message)`.
 */
export function followDoing(root, store, acts) {
  const { state } = store;
  const bar = el("div", { class: "doing", role: "toolbar", "aria-label": "This message" });
  const editor = createEditor(state, (message, text) => acts.edit(message, text));
  let place = null;

  const messageAt = (row) => state.messages.get(row?.dataset.ts);
  const isDoable = (row) => Boolean(row?.closest(".list")) && messageAt(row) && !isGone(messageAt(row)) && !row.matches(".is-event");

  function show(row) {
    if (place?.ts === row.dataset.ts && row.contains(bar)) return;
    place = { ts: row.dataset.ts, pane: row.closest(".pane")?.id };
    choices();
    stand(row);
  }

  /** The bar stands on the message's upper edge, or within the pane when that edge is out of sight. */
  function stand(row) {
    if (!row.contains(bar)) row.append(bar);
    const hidden = row.closest(".scroll").getBoundingClientRect().top - row.getBoundingClientRect().top;
    vary(bar, "--top", `${Math.max(hidden + 3, bar.offsetHeight * -0.42)}px`);
  }

  function hide() {
    place = null;
    bar.remove();
  }

  function choices() {
    const message = state.messages.get(place.ts);
    const isMine = authorOf(message, state).kind === "me";
    fill(bar, [
      sign("react", "React", picker),
      isMine && sign("edit", "Edit", () => (editor.open(bar.closest(".message"), message), hide())),
      !message.stream && sign("delete", "Delete", confirm),
    ]);
  }

  function picker() {
    const pick = (name) => () => (acts.react(state.messages.get(place.ts), name), hide());
    fill(bar, QUICK.map((name) => button("doing-emoji", `React with ${name.replaceAll("_", " ")}`, pick(name), emoji(name))));
    bar.firstElementChild.focus({ preventScroll: true });
  }

  function confirm() {
    const sure = () => (acts.remove(state.messages.get(place.ts)), hide());
    fill(bar, [
      el("span", { class: "doing-ask", text: "Delete for everyone?" }),
      button("doing-sure", "Delete for everyone", sure, "Delete"),
      button("doing-keep", "Keep it", choices, "Keep"),
    ]);
    bar.querySelector(".doing-keep").focus({ preventScroll: true });
  }

  /** A message was drawn anew: put the bar and the editor back where they were. */
  function restore() {
    editor.restore();
    if (!place) return;
    const row = rowOf(place);
    if (!isDoable(row)) hide();
    else stand(row);
  }

  const under = (event) => event.target.closest?.(".message");
  let isTouch = false;
  root.addEventListener("pointerover", (event) => {
    isTouch = event.pointerType !== "mouse";
    const row = under(event);
    if (isTouch) return;
    if (isDoable(row)) show(row);
    else leave();
  });
  const leave = () => !bar.contains(document.activeElement) && hide();
  root.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
  root.addEventListener("click", (event) => {
    if (!isTouch || event.target.closest(OWN_USE)) return;
    const row = under(event);
    if (isDoable(row) && !row.contains(bar)) show(row);
    else hide();
  });
  root.addEventListener("focusin", (event) => {
    const isByKey = event.target.matches(":focus-visible") && !event.target.closest(".editor");
    if (isByKey && isDoable(under(event))) show(under(event));
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && place && bar.contains(document.activeElement)) stop(event, () => (under(event)?.focus(), choices()));
    else if (["ArrowUp", "ArrowDown"].includes(event.key) && event.target.matches(".message, .list")) stop(event, () => step(event));
  });
  const again = () => place && bar.isConnected && stand(bar.closest(".message"));
  root.addEventListener("scroll", again, true);
  window.addEventListener("resize", again);
  store.on("messages thread state", restore);
}

/** The arrows go from message to message, so that the keyboard reaches the bar of each. */
function step(event) {
  const rows = [...event.target.closest(".list").querySelectorAll(".message")];
  const at = rows.indexOf(event.target);
  const next = at < 0 ? rows.at(-1) : rows[at + (event.key === "ArrowDown" ? 1 : -1)];
  next?.focus();
}

function stop(event, act) {
  event.preventDefault();
  event.stopPropagation();
  act();
}

const rowOf = ({ ts, pane }) => document.querySelector(`#${pane} .list [data-ts="${ts}"]`);

const button = (kind, words, click, text = "") => el("button", { type: "button", class: kind, "aria-label": words, title: words, text, on: { click } });

const sign = (kind, words, click) => button(`doing-sign doing-${kind}`, words, click);
