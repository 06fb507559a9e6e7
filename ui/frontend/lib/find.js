// Finds elements wherever they are: in the page, and in the live parts, which have roots of their own.

const PARTS = "[data-testid=stBidiComponentIsolated], #first-frame .live";

const roots = () => [document, ...[...document.querySelectorAll(PARTS)].map(({ shadowRoot }) => shadowRoot).filter(Boolean)];

const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

/** All elements on the page that a selector selects and that are shown. */
export const findAll = (selector) => roots().flatMap((root) => [...root.querySelectorAll(selector)]).filter(isShown);

/** The first of them, null where there is none. */
export const find = (selector) => findAll(selector)[0] ?? null;

/** Whether there is an element that a selector selects, shown or not. */
export const isThere = (selector) => roots().some((root) => root.querySelector(selector));

/** The box around the first element of each selector, null where there is none: {left, top, right, bottom}. */
export function frameOf(selectors) {
  const boxes = selectors.map(find).filter(Boolean).map((one) => one.getBoundingClientRect());
  if (!boxes.length) return null;
  const most = (side) => Math.max(...boxes.map((box) => box[side])), least = (side) => Math.min(...boxes.map((box) => box[side]));
  return { left: least("left"), top: least("top"), right: most("right"), bottom: most("bottom") };
}
