// What makes a module a live part of a page: it is made once per place on the page, outlives Streamlit's reruns, and
// reports to Python. What parts show can be presented: a part with a `scene` and a `showScene(scene)` follows whoever
// presents. A scene is plain JSON: the state of the part's feature under the feature's name, and what is on the table
// (image, latent) by those names.

import { oneEntryPerPage } from "./address.js";
import { openExplanations } from "./explain.js";
import { firstFrame } from "./first_frame.js";
import { inForeignFrame } from "./frame.js";

const live = new Set(); // parts on the page now
let followed = null; // the scene that they show instead of their own

/** What the parts on the page show now, as plain JSON. */
export function sceneNow() {
  return Object.assign({}, ...[...live].map((part) => part.scene ?? {}));
}

/** What only a part knows, and a session that comes back needs, as plain JSON. */
export function keptNow() {
  return Object.assign({}, ...[...live].map((part) => part.kept ?? {}));
}

/** A part on the page that shows the model of this name and has it; null where none does. */
export const modelNow = (name) => [...live].find(({ model, described, isStudent }) => model && !isStudent && described?.name === name) ?? null;

/** What the images of the visitor's model are, as the header has it (`lib/naming.js`); null before the header is there. */
export const imagesNow = () => [...live].find(({ images }) => images)?.images ?? null;

/** The way into the room that the visitor presents in, {name, join, qr}: its address to type and its QR code; null without one. */
export const roomNow = () => [...live].find(({ invitation }) => invitation)?.invitation ?? null;

/** Report what has been changed and not come to rest. */
export function flushAll() {
  for (const part of live) {
    part.finish?.();
    part.rest?.flush();
  }
}

/** Let the parts show a scene, whatever Python sends meanwhile; null lets them go on from there. */
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

// What reaches Streamlit between a click on a link to another page and that page's arrival belongs to the page before,
// and Streamlit stays there: the click is lost. So reports that wait are sent before the click, and later ones after it.
export const PAGE_LINK = "[data-testid='stPageLink-NavLink']";
const SENT_MS = 60; // after which Streamlit has sent a report on
const ARRIVAL_MS = 2000; // at the latest
let [held, timer] = [null, 0]; // reports to send when the page has arrived; null while no page is on its way

function report(part, send) {
  if (held) held.push([part, send]);
  else sendInTurn(part, send);
}

function arrived() {
  clearTimeout(timer);
  const due = held ?? [];
  held = null;
  due.forEach(([part, send]) => sendInTurn(part, send));
}

// What several parts report in one turn of the event loop, Streamlit sends as one rerun, of the fragment of the first of
// them: what the others ask for is not done. So each has a turn of its own.
let [sender, waiting] = [null, []];

function sendInTurn(part, send) {
  if (sender && sender !== part) return waiting.push([part, send]);
  send();
  if (!sender) setTimeout(nextTurn); // after Streamlit, which sends what it was given with a timer of its own
  sender = part;
  return undefined;
}

function nextTurn() {
  sender = null;
  const due = waiting;
  waiting = [];
  due.forEach(([part, send]) => sendInTurn(part, send));
}

function leaving(event) {
  const link = event.composedPath().find((one) => one.matches?.(PAGE_LINK));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const due = [...live].filter((part) => part.rest?.due);
  if (due.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    due.forEach((part) => part.rest.flush());
    setTimeout(() => link.click(), SENT_MS);
    return;
  }
  held ??= [];
  clearTimeout(timer);
  timer = setTimeout(arrived, ARRIVAL_MS);
}

document.addEventListener("click", leaving, true);

/**
 * The function Streamlit calls on each rerun. It makes one `new Part(parentElement, data)` per place, and hands it what
 * Python sends: `update(data, {settled, trigger})`, where settled(value) reports to Python what came to rest and
 * trigger(name, value) what happened once. What it returns is called when the part leaves the page: `stop()`.
 */
export function mount(Part) {
  const parts = new WeakMap();
  oneEntryPerPage();
  openExplanations();
  document.documentElement.toggleAttribute("data-foreign-frame", inForeignFrame()); // for frontend/index.css
  const render = ({ data, parentElement, setStateValue, setTriggerValue }) => {
    if (!parts.has(parentElement)) parts.set(parentElement, new Part(parentElement, data));
    const part = parts.get(parentElement);
    if (parentElement === firstFrame.host) firstFrame.part = part;
    arrived();
    part.update(data, {
      settled: (value) => report(part, () => setStateValue("settled", value)),
      trigger: (name, value) => report(part, () => setTriggerValue(name, value)),
    });
    live.add(part);
    showFollowed(part);
    return () => {
      live.delete(part);
      part.stop();
    };
  };
  return (wish) => (firstFrame.holds(parts, wish) ? firstFrame.hold(parts, wish, render) : render(wish));
}
