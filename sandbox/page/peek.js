/** A citation whose message is out of sight shows that message beside the pointer. */
import { el, fill } from "./dom.js";
import { standing } from "./citations.js";

const MARGIN_PX = 12;

/**
 * Follow hovering and focus of citations.
 *
 * @param {(ts: string) => Node|null} draw the message as it is drawn elsewhere.
 */
export function followPeeks(draw) {
  const card = el("aside", { class: "peek", "aria-hidden": "true", hidden: true });
  document.body.append(card);
  const hide = () => (card.hidden = true);

  function onPoint(event) {
    const link = event.target.closest?.("[data-cites]");
    if (!link || isInSight(link.dataset.cites)) return hide();
    const node = draw(link.dataset.cites);
    if (!node) return hide();
    fill(card, node);
    card.hidden = false;
    return place(card, link.getBoundingClientRect());
  }

  document.addEventListener("mouseover", onPoint);
  document.addEventListener("focusin", onPoint);
  document.addEventListener("click", hide);
  document.addEventListener("scroll", hide, true);
}

const isInSight = (ts) =>
  [...standing(ts)].some((node) => {
    const frame = node.closest(".scroll")?.getBoundingClientRect();
    const row = node.getBoundingClientRect();
    return frame && row.height > 0 && row.bottom > frame.top + MARGIN_PX && row.top < frame.bottom - MARGIN_PX;
  });

function place(card, link) {
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(Math.max(link.left - 30, MARGIN_PX), innerWidth - width - MARGIN_PX);
  const above = link.top - height - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > MARGIN_PX ? above : Math.min(link.bottom + 8, innerHeight - height - MARGIN_PX)}px`;
}
