// Whoever follows: their page shows the scene of the room, until they use it themselves.

import { root } from "../../frontend/lib/address.js";
import { PAGE_LINK, followScene, ownScene } from "../../frontend/lib/component.js";
import { address } from "./requests.js";

const REST_MS = 600; // after which a digit that nobody changes is brought to Python as well
const [TRIES, RETRY_MS, LATER_MS] = [3, 4000, 20_000]; // Streamlit may lose a request beside another one
const SPREAD_MS = 10; // per follower: a full hall must not ask Python in the same moment

const CONTROLS = "input, button, select, textarea, a, summary, [tabindex='0']:not(main, .explained), [role='option']"; // main is the page, a term only explains itself
const PEN = ".upper-canvas";
const KEYED = ".upper-canvas, canvas[tabindex], input[type='range']"; // what keys change, by handlers of their own
const DRAWN_ON = ".upper-canvas, canvas[tabindex]:not([role='slider'])"; // a finger on any other picture may only scroll

let room = null;

/** The room {name} that this page follows, or has followed, null for none. */
export const followed = () => room;

/**
 * Follows a room from its making on; `onMessage` gets what it sends: {followers, problem, notice}. `table` is what
 * Python has on the table, `send(value)` asks Python to bring a scene.
 */
export class Follower {
  constructor(joined, onMessage) {
    room = joined;
    Object.assign(this, { room, onMessage, table: null, scene: null, following: true, wanted: "", spread: 0 });
    this.connect();
    this.taking = new AbortController();
    const on = (event, what) => event.composedPath().some((one) => one.matches?.(what));
    const listen = (type, acts) =>
      document.addEventListener(type, (event) => acts(event) && this.letGo(on(event, PEN)), { capture: true, signal: this.taking.signal });
    listen("input", () => true);
    listen("click", (event) => !this.goes(event) && on(event, CONTROLS) && !on(event, ".room, #answering"));
    listen("pointerdown", (event) => on(event, DRAWN_ON));
    listen("keydown", (event) => on(event, KEYED) && /^(Arrow|Page|Home|End|Enter|Delete|Backspace|[ +-])/.test(event.key));
  }

  connect() {
    this.source = new EventSource(address(`/${this.room.name}/events`));
    this.source.onmessage = ({ data }) => this.receive(JSON.parse(data));
    this.source.onopen = () => this.onMessage({ notice: "" });
    this.source.onerror = () => {
      this.onMessage({ notice: "Connection lost: trying again." });
      // It tries by itself, but not after an answer that is no stream, such as a proxy's.
      if (this.source.readyState === EventSource.CLOSED) this.reconnecting = setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  receive(message) {
    if (message.problem) this.stop();
    else if (message.scene) {
      this.scene = message.scene;
      this.spread = Math.random() * SPREAD_MS * message.followers;
      this.show();
    }
    this.onMessage(message);
  }

  /** The live parts show the scene at once; another page, model or digit is Python's to bring. */
  show() {
    if (!this.scene || !this.table || !this.following) return;
    followScene(this.isHere ? this.scene : null);
    const { page, model, image } = this.scene;
    const wanted = JSON.stringify([page, model, image]);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    this.bring(this.spread + (this.isHere ? REST_MS : 0));
  }

  get isHere() {
    return Boolean(this.scene) && this.scene.page === this.table.page && this.scene.model === this.table.model;
  }

  bring(milliseconds, tries = TRIES) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.isHere && (!tries || this.scene.image === this.table.image)) return;
      this.send({ scene: this.scene, move: true });
      this.bring(tries ? RETRY_MS : LATER_MS, Math.max(tries - 1, 0));
    }, milliseconds);
  }

  /** Leave for another page by a link, with what is shown: Python goes there, for two requests at once lose one. */
  goes(event) {
    const link = event.composedPath().find((one) => one.matches?.(PAGE_LINK));
    if (!link || !this.following || !this.isHere || event.ctrlKey || event.metaKey || event.shiftKey) return false;
    event.preventDefault();
    event.stopPropagation();
    this.following = false;
    clearTimeout(this.timer);
    followScene(null);
    const page = new URL(link.getAttribute("href"), root()).pathname.slice(root().pathname.length); // the first page has ""
    this.send({ scene: { ...this.scene, page }, move: true });
    this.onMessage({});
    return true;
  }

  /** Go on alone with what is shown; with the pen, with what is on the canvas: another canvas would end the stroke. */
  letGo(withPen = false) {
    if (!this.following) return;
    this.following = false;
    clearTimeout(this.timer);
    if (this.isHere) {
      if (!withPen) this.send({ scene: this.scene, move: false, chosen: this.chosen });
      ownScene();
    }
    this.onMessage({});
  }

  follow() {
    const table = { ...this.table, image: undefined }; // Python reads a stroke only after it has reported what is there
    Object.assign(this, { table, following: true, wanted: "", spread: 0 });
    this.show();
    this.onMessage({});
  }

  stop() {
    this.source.close();
    if (room === this.room) room = null;
    this.taking.abort();
    clearTimeout(this.timer);
    clearTimeout(this.reconnecting);
    Object.assign(this, { following: false, scene: null });
    followScene(null);
  }
}
