// The guided tour: a card goes with the visitor from page to page, and lights up what its step is about. It is one for the
// whole visit, outside of Streamlit's pages; the address has the number of the step.

import { root } from "../../frontend/lib/address.js";
import { PAGE_LINK, imagesNow } from "../../frontend/lib/component.js";
import { find, findAll, frameOf, isThere } from "../../frontend/lib/find.js";
import { Card } from "./card.js";
import { Address, memory } from "./memory.js";

const LOOK_MS = 250; // between two looks at the page: Streamlit replaces its elements
const CALM_MS = 2000; // after what the step asks for, when nobody does anything more
const LOOKS = 6; // at a page that is ready, after which a step is left out whose target is not there: it is for other models
const READY = ".part[data-ready=true]";
const FOLLOWING = ["room", "kiosk", "attract"]; // parameters of an address where somebody else leads

class Tour {
  constructor({ steps }) {
    Object.assign(this, { steps, number: null, wasDone: false });
    this.card = new Card({ go: (by) => this.go(this.number + by), close: () => this.close(), tryIt: () => this.tryIt() });
    this.address = new Address();
  }

  get step() {
    return this.steps[this.number];
  }

  /** Whether the page of the step is shown. */
  get isHere() {
    return new URL(this.step.page, root()).pathname === location.pathname;
  }

  open(number) {
    this.number = null;
    this.listen(true);
    this.card.open();
    this.go(number);
    this.card.focus();
  }

  go(number) {
    if (number >= this.steps.length) return this.finish();
    const before = this.number, isPage = this.step?.page !== this.steps[Math.max(number, 0)].page;
    this.number = Math.max(number, 0);
    Object.assign(this, { wasDone: false, pressed: new Set(), target: null, box: "", missed: 0, way: this.number && this.number < before ? -1 : 1 });
    clearTimeout(this.calm);
    memory.step = this.number;
    this.address.step = this.number + 1;
    this.card.show(this.step, this.number, this.steps.length, imagesNow());
    if (isPage) this.visit();
    this.look();
  }

  /** Go to the page of the step like the navigation does, which keeps the digit. */
  visit() {
    if (this.isHere) return;
    const link = [...document.querySelectorAll(PAGE_LINK)].find((one) => new URL(one.getAttribute("href"), root()).pathname === new URL(this.step.page, root()).pathname);
    if (link) link.click();
    else location.assign(this.address.withStep(new URL(this.step.page, root()).href));
  }

  /** Light up what the step is about, where it is now. */
  look() {
    if (this.number === null) return undefined;
    this.address.keep();
    if (!this.isHere) return this.card.place(null, []);
    this.card.word(this.step, imagesNow());
    for (const [when, what] of Object.entries(this.step.press)) {
      if (!this.pressed.has(what) && find(when) && find(what)) {
        this.pressed.add(what);
        find(what).click();
      }
    }
    const target = find(this.step.target[0]), box = frameOf(this.step.target);
    if (!target && !this.target && isThere(READY) && ++this.missed > LOOKS) return this.go(this.number + this.way);
    const seen = JSON.stringify(box);
    // What has just come may still move.
    if (target && target !== this.target && seen === this.box) {
      this.target = target;
      this.card.bringIntoView(box, target);
    }
    this.box = seen;
    const { target: about, watch } = this.step;
    if (this.target) this.card.place(frameOf(about), watch.map((one) => frameOf([one])).filter(Boolean));
    else this.card.place(null, []);
    return undefined;
  }

  /** Let the keyboard get to what the step is about. */
  tryIt() {
    if (!this.isHere) return this.visit();
    const target = this.target ?? find(this.step.target[0]);
    (target?.matches("input, button, select, [tabindex]") ? target : target?.querySelector("input, button, select, [tabindex]"))?.focus();
    this.card.beckon();
    return undefined;
  }

  /** The visitor did what the step asks for: after a while, it goes on by itself, unless to another page. */
  did() {
    clearTimeout(this.calm);
    this.wasDone = true;
    this.card.done();
    const next = this.steps[this.number + 1];
    if (next?.page === this.step.page) this.calm = setTimeout(() => this.isDown || this.go(this.number + 1), CALM_MS);
  }

  finish() {
    memory.step = 0;
    this.close();
  }

  close() {
    clearTimeout(this.calm);
    this.listen(false);
    this.number = null;
    this.address.step = null;
    this.card.close();
    document.querySelector(".offers [data-tool]")?.focus();
  }

  // ---- what the visitor does ---------------------------------------------------------------------------------

  listen(isOn) {
    const way = isOn ? "addEventListener" : "removeEventListener";
    this.handlers ??= {
      keydown: (event) => this.key(event),
      pointerdown: (event) => this.down(event),
      pointerup: () => this.up(),
      pointercancel: () => this.up(),
      scroll: () => this.look(),
    };
    for (const [type, handler] of Object.entries(this.handlers)) document[way](type, handler, true);
    this.resized ??= () => this.look();
    globalThis[way]("resize", this.resized);
    clearInterval(this.looking);
    if (isOn) this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  isAsked(event) {
    return this.target !== null && findAll(this.step.target[0]).some((one) => event.composedPath().includes(one));
  }

  down(event) {
    clearTimeout(this.calm);
    this.isDown = true;
    this.isActing = this.isAsked(event);
  }

  up() {
    this.isDown = false;
    if (this.isActing || (this.wasDone && this.number !== null)) this.did();
    this.isActing = false;
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.composedPath().some((one) => one.matches?.("dialog[open]"))) return;
    const { key } = event, [inside] = event.composedPath();
    if (key === "Escape") {
      if (!document.querySelector("#explanation:popover-open")) this.close();
    } else if (this.isAsked(event) && key !== "Tab" && key !== "Shift") this.did();
    else if ((key === "ArrowRight" || key === "ArrowLeft") && (inside === document.body || this.card.has(event))) {
      event.preventDefault();
      this.go(this.number + (key === "ArrowRight" ? 1 : -1));
    }
  }
}

let tour = null;

/** Open the tour: at the step that an address `asked` for, or where it was left. */
export default function open(data, button, asked) {
  const address = new URLSearchParams(location.search);
  if (FOLLOWING.some((name) => address.has(name) && !address.has("host")) || address.get("talk") === "1") return;
  tour ??= new Tour(data);
  if (tour.number !== null) return tour.close();
  const step = Math.floor(Number(asked)) - 1;
  tour.open(Math.min(step >= 0 ? step : memory.step, data.steps.length - 1));
}
