// The tour's card and the ring around what its step is about. Both are in the browser's top layer, above whatever the page
// has, and take no place on it. The card stands where it covers nothing of what is in the ring.

import { explainIn } from "../../frontend/lib/explain.js";
import { floating } from "../../frontend/lib/floating.js";
import { counted, named } from "../../frontend/lib/naming.js";
import { button, h, say } from "../../frontend/lib/paint.js";

const AIR = 8; // px, between the ring and what is in it
const GAP = 12; // px, from the ring to the card, and from the card to the window's edge
const NARROW = 640; // px of the window, below which the card is a sheet at its lower edge
const BECKON_MS = 700;
const RING_COUNTS = 100; // a pixel of the ring that is covered, against one of what is watched
const STYLE = `
  .ring {
    position: fixed; inset: 0 auto auto 0; margin: 0; padding: 0; border: 3px solid var(--accent); border-radius: 12px; background: none;
    pointer-events: none; box-shadow: 0 0 0 200vmax rgb(0 0 0 / .18); outline: 2px solid transparent; overflow: visible;
  }
  .card {
    position: fixed; inset: 0 auto auto 0; margin: 0; box-sizing: border-box; width: min(340px, 100vw - ${2 * GAP}px); padding: 14px 16px 12px;
    color: var(--text); background: var(--background); border: 1px solid var(--accent); border-radius: 12px; box-shadow: 0 8px 32px rgb(0 0 0 / .28);
    font: 14px/1.45 var(--font);
  }
  .card.sheet { width: calc(100vw - ${2 * GAP}px); padding: 10px 14px; }
  .count { margin: 0 48px 2px 0; font-size: 12.5px; color: var(--soft); }
  h2 { margin: 0 48px 4px 0; font-size: 17px; line-height: 24px; font-weight: 600; }
  .text { margin: 0; min-height: 4.35em; }
  .sheet .text { min-height: 2.9em; }
  .foot { display: flex; align-items: center; gap: 8px; margin-top: 10px; }
  .dots { display: flex; gap: 4px; margin-right: auto; }
  .dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--line); }
  .dots .past { background: var(--soft); }
  .dots .now { background: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px; }
  .foot button { padding: 5px 10px; white-space: nowrap; }
  .next { border-color: var(--accent); background: var(--accent); color: var(--background); }
  .close { position: absolute; top: 4px; right: 4px; width: 44px; height: 44px; padding: 0; border: none; font-size: 22px; line-height: 1; }
  .done .next { outline: 3px solid var(--accent); outline-offset: 2px; }
  .explained { text-decoration: underline dotted; text-underline-offset: 3px; cursor: help; }
  @media (pointer: coarse) { .try { display: none; } }
  @media (max-width: 640px) { .dots { gap: 3px; } .dots i { width: 6px; height: 6px; } }
  @media (prefers-reduced-motion: no-preference) {
    .ring.beckons { animation: beckon ${BECKON_MS}ms; }
    @keyframes beckon { 50% { border-width: 9px; } }
  }`;

export class Card {
  constructor({ go, close, tryIt }) {
    this.ring = h("div", { class: "ring", popover: "manual", "aria-hidden": "true" });
    this.count = h("p", { class: "count" });
    this.title = h("h2", { id: "tour-title" });
    this.text = h("p", { class: "text" });
    this.dots = h("div", { class: "dots", "aria-hidden": "true" });
    this.try = button("Try it", "go there with the keyboard", tryIt, { class: "try" });
    this.back = button("Back", "the step before (left arrow)", () => go(-1));
    this.next = button("Next", "the next step (right arrow)", () => go(1), { class: "next" });
    this.element = h(
      "div",
      { class: "card", popover: "manual", role: "dialog", "aria-label": "Tour", "data-testid": "tour" },
      h("div", { "aria-live": "polite" }, this.count, this.title, this.text),
      h("div", { class: "foot" }, this.dots, this.try, this.back, this.next),
      button("×", "end the tour (Escape)", close, { class: "close", "aria-label": "End the tour" }),
    );
    this.layer = floating("tour", STYLE, this.ring, this.element);
  }

  open() {
    this.layer.dress();
    this.element.showPopover();
  }

  close() {
    for (const one of [this.ring, this.element]) if (one.matches(":popover-open")) one.hidePopover();
  }

  focus() {
    this.next.focus();
  }

  /** Whether an event comes from the card. */
  has(event) {
    return event.composedPath().includes(this.element);
  }

  show(step, number, count, images) {
    say(this.count, `Step ${number + 1} of ${count} · ${step.of}`);
    this.word(step, images);
    this.dots.replaceChildren(...Array.from({ length: count }, (_, i) => h("i", { class: i === number ? "now" : i < number ? "past" : "" })));
    this.back.disabled = number === 0;
    say(this.next, number === count - 1 ? "Finish" : "Next");
    this.element.classList.remove("done");
  }

  /** Say what a step is about: where it names images, those of the visitor's model, null while that is not known. */
  word({ title, text, namesImages }, images) {
    const inWords = (about) => (namesImages ? counted(named(about, images), images) : about);
    say(this.title, inWords(title));
    explainIn(this.text, inWords(text));
  }

  done() {
    this.element.classList.add("done");
  }

  beckon() {
    this.ring.classList.add("beckons");
    setTimeout(() => this.ring.classList.remove("beckons"), BECKON_MS);
  }

  // ---- where they are ----------------------------------------------------------------------------------------

  get isSheet() {
    return innerWidth <= NARROW;
  }

  /** Scroll what a ring will be around to where the card leaves room; where that is too tall, the target in it. */
  bringIntoView(box, target) {
    const room = innerHeight - (this.isSheet ? this.element.offsetHeight + GAP : 0) - 2 * (AIR + GAP);
    const { top, bottom } = box.bottom - box.top > room ? target.getBoundingClientRect() : box;
    const scroller = scrollerOf(target);
    const isSeen = top >= AIR && bottom <= AIR + room;
    if (isSeen || !scroller) return;
    const goal = Math.max(AIR + GAP + (room - (bottom - top)) / 2, AIR + GAP);
    scroller.scrollBy({ top: top - goal, behavior: "instant" });
  }

  /** Put the ring around a box, or nowhere for null, and the card beside it, where it covers least of what is watched. */
  place(box, watched) {
    this.layer.dress();
    this.element.classList.toggle("sheet", this.isSheet);
    const isSeen = Boolean(box) && box.bottom > 0 && box.top < innerHeight;
    if (isSeen !== this.ring.matches(":popover-open")) {
      this.ring.togglePopover(isSeen);
      if (isSeen) { // the card stays above its ring
        const focused = this.element.getRootNode().activeElement;
        this.element.hidePopover();
        this.element.showPopover();
        focused?.focus();
      }
    }
    const ring = isSeen ? { left: box.left - AIR, top: box.top - AIR, right: box.right + AIR, bottom: box.bottom + AIR } : null;
    if (ring) {
      const [left, top] = [Math.max(ring.left, 0), ring.top], right = Math.min(ring.right, innerWidth);
      Object.assign(this.ring.style, { translate: `${left}px ${top}px`, width: `${right - left - 6}px`, height: `${ring.bottom - top - 6}px` });
    }
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const [x, y] = best(this.isSheet ? sheets(width, height) : places(ring, width, height), [ring, ...watched], width, height);
    this.element.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
  }
}

/** What scrolls an element up and down, null for nothing. */
function scrollerOf(element) {
  for (let one = element; one; one = one.parentElement ?? one.getRootNode().host ?? null) {
    if (one.scrollHeight > one.clientHeight + 1 && ["auto", "scroll"].includes(getComputedStyle(one).overflowY)) return one;
  }
  return null;
}

const overlap = (box, x, y, width, height) =>
  Math.max(Math.min(box.right, x + width) - Math.max(box.left, x), 0) * Math.max(Math.min(box.bottom, y + height) - Math.max(box.top, y), 0);

const within = (at, size, whole) => Math.max(Math.min(at, whole - size - GAP), GAP);

/** The places of a sheet: at the lower edge of the window, and at the upper one. */
const sheets = (width, height) => [[GAP, innerHeight - height - GAP], [GAP, GAP]];

/** The places of a card: right, left, below and above, and the corners of the window. */
function places(ring, width, height) {
  const [far, low] = [innerWidth - width - GAP, innerHeight - height - GAP];
  const corners = [[far, low], [GAP, low], [far, GAP], [GAP, GAP]];
  if (!ring) return corners;
  const [right, left, below, above] = [ring.right + GAP, ring.left - GAP - width, ring.bottom + GAP, ring.top - GAP - height];
  const ys = [ring.top, ring.bottom - height].map((y) => within(y, height, innerHeight));
  const xs = [ring.left, ring.right - width].map((x) => within(x, width, innerWidth));
  const sides = [...ys.map((y) => [right, y]), ...ys.map((y) => [left, y]), ...xs.map((x) => [x, below]), ...xs.map((x) => [x, above])];
  return [...sides.filter(([x, y]) => x >= GAP && x <= far && y >= GAP && y <= low), ...corners];
}

/** The first of the places at which a card covers least: of the ring, and then of what is watched. */
function best(places, [ring, ...watched], width, height) {
  const cost = ([x, y]) => {
    const others = watched.reduce((sum, box) => sum + overlap(box, x, y, width, height), 0);
    return (ring ? RING_COUNTS * overlap(ring, x, y, width, height) : 0) + others;
  };
  const costs = places.map(cost);
  return places[costs.indexOf(Math.min(...costs))];
}
