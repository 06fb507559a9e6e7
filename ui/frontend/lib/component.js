// What the live parts of every page have in common: they are made once per place on the page, outlive Streamlit's
// reruns, take changes back one after the other, and report to Python where things came to rest. What they show can be
// presented: a part with a `scene` and a `showScene(scene)` follows whoever presents. A scene is plain JSON: the state of
// the part's feature under the feature's name, and what is on the table (image, latent) by those names.

import { oneEntryPerPage } from "./address.js";

const SETTLE_MS = 250;
const MOST_STEPS = 50; // back

const live = new Set(); // parts on the page now
let followed = null; // the scene that they show instead of their own

/** What the parts on the page show now, as plain JSON. */
export function sceneNow() {
  return Object.assign({}, ...[...live].map((part) => part.scene ?? {}));
}

/** Let the parts show a scene, whatever Python says meanwhile; null lets them go on from there. */
export function followScene(scene) {
  followed = scene;
  live.forEach(showFollowed);
}

/** Make what the parts show the visitor's own. */
export function ownScene() {
  followed = null;
  for (const part of live) part.rest?.soon();
}

function showFollowed(part) {
  if (!followed) return;
  try {
    part.showScene?.(followed);
  } catch (error) {
    console.warn("what is presented cannot be shown here", error); // it may be anything that is JSON
  }
}

// Whatever is told Streamlit between a click on a link to another page and that page's arrival comes from the page
// before, and Streamlit stays there: the click is lost. So what waits is told before the click, and the rest after.
const PAGE_LINK = "[data-testid='stPageLink-NavLink']";
const TOLD_MS = 60; // after which Streamlit has sent what it was told
const ARRIVAL_MS = 2000; // at the latest
let [held, timer] = [null, 0]; // what is to be told when the page has come; null while nobody is on the way

function say(message) {
  if (held) held.push(message);
  else message();
}

function arrived() {
  clearTimeout(timer);
  const due = held ?? [];
  held = null;
  due.forEach((message) => message());
}

function leaving(event) {
  const link = event.composedPath().find((one) => one.matches?.(PAGE_LINK));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const waiting = [...live].filter((part) => part.rest?.due);
  if (waiting.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.forEach((part) => part.rest.flush());
    setTimeout(() => link.click(), TOLD_MS);
    return;
  }
  held ??= [];
  clearTimeout(timer);
  timer = setTimeout(arrived, ARRIVAL_MS);
}

document.addEventListener("click", leaving, true);

/**
 * The function Streamlit calls on each rerun. It makes one `new Part(parentElement, data)` per place, and hands it what
 * Python says: `update(data, {settled, trigger})`, where settled(value) tells Python what came to rest and
 * trigger(name, value) what happened once. What it returns is called when the part leaves the page: `stop()`.
 */
export function mount(Part) {
  const parts = new WeakMap();
  oneEntryPerPage();
  return ({ data, parentElement, setStateValue, setTriggerValue }) => {
    if (!parts.has(parentElement)) parts.set(parentElement, new Part(parentElement, data));
    const part = parts.get(parentElement);
    arrived();
    part.update(data, {
      settled: (value) => say(() => setStateValue("settled", value)),
      trigger: (name, value) => say(() => setTriggerValue(name, value)),
    });
    live.add(part);
    showFollowed(part);
    return () => {
      live.delete(part);
      part.stop();
    };
  };
}

/** What was, to be taken back; states are plain data. */
export class Past {
  #states = [];

  get length() {
    return this.#states.length;
  }

  /** Keep a state as it is before a change, so that one undo takes the whole of it back. */
  remember(state) {
    if (JSON.stringify(this.#states.at(-1)) === JSON.stringify(state)) return;
    this.#states.push(state);
    if (this.#states.length > MOST_STEPS) this.#states.shift();
  }

  /** The state before the last change, undefined when there is none. */
  back() {
    return this.#states.pop();
  }

  forget() {
    this.#states = [];
  }
}

/** An action that waits until the hand rests. */
export class AtRest {
  #timer = 0;

  constructor(action, milliseconds = SETTLE_MS) {
    this.action = action;
    this.milliseconds = milliseconds;
  }

  get due() {
    return this.#timer !== 0;
  }

  /** Act when nobody has called this for a while. */
  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), this.milliseconds);
  }

  now() {
    this.cancel();
    this.action();
  }

  /** Act at once if something waits: the hand has let go, or the page goes away. */
  flush() {
    if (this.due) this.now();
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}

/** An action that runs once per frame of the browser at most. */
export class NextFrame {
  #frame = 0;

  constructor(action) {
    this.action = action;
  }

  soon() {
    this.#frame ||= requestAnimationFrame(() => this.now());
  }

  now() {
    this.cancel();
    this.action();
  }

  cancel() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
