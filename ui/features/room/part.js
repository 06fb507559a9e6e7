// Follow along: the presenter's page tells a room what it shows, a few times per second, and the pages of an audience
// show the same until a hand takes over. A page is in one room at most, and stays in it from page to page.

import { root } from "../../frontend/lib/address.js";
import { followScene, mount, ownScene, sceneNow } from "../../frontend/lib/component.js";
import { button, h } from "../../frontend/lib/paint.js";

const TICK_MS = 125; // from one look at the presenter's page to the next
const COUNT_MS = 3000; // after which an unchanged scene is sent as well, to hear how many follow
const REST_MS = 600; // a digit that nobody changes for so long is Python's business as well
const PATIENCE_MS = 8000; // for an answer
const [TRIES, RETRY_MS] = [3, 4000];
const SPREAD_MS = 10; // per follower: a full hall must not ask Python in the same moment

const CONNECTED = "WEBSOCKET_CONNECTED"; // Streamlit tells its window (or whoever embeds it) when the connection is there again
const ABOVE = 16; // pixels that the page leaves free on top anyway

const CONTROLS = "input, button, select, textarea, a, summary, [tabindex='0']:not(main), [role='option']"; // main is the page
const DRAWN_ON = ".upper-canvas, canvas[tabindex]"; // a finger on any other picture scrolls

const address = (path) => new URL(`rooms${path}`, root());

function ask(method, path, key, body) {
  const headers = { "Content-Type": "application/json", "X-Room-Key": key };
  return fetch(address(path), { method, body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** Open a room; resolves to {name, key}, or to a problem in a sentence. */
async function open() {
  const response = await ask("POST", "", "", "{}").catch(() => null);
  return response ? response.json() : { problem: "The server cannot be reached: try again in a moment." };
}

class Presenter {
  constructor(room, heard) {
    Object.assign(this, { room, heard, table: {}, sent: "", told: 0, busy: false });
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  async tick() {
    if (this.busy) return;
    const scene = JSON.stringify({ ...this.table, ...sceneNow() });
    if (scene === this.sent && performance.now() - this.told < COUNT_MS) return;
    this.busy = true;
    try {
      const response = await ask("POST", `/${this.room.name}`, this.room.key, scene);
      const answer = await response.json();
      Object.assign(this, { sent: scene, told: performance.now() });
      if ([403, 404, 410].includes(response.status)) this.stop();
      this.heard({ notice: "", problem: "", ...answer });
    } catch {
      this.heard({ notice: "The room cannot be reached: trying again." });
      Object.assign(this, { sent: scene, told: performance.now() });
    }
    this.busy = false;
  }

  stop() {
    clearInterval(this.timer);
  }
}

class Follower {
  constructor(room, heard) {
    Object.assign(this, { room, heard, table: null, scene: null, following: true, wanted: "", spread: 0 });
    this.connect();
    this.hands = new AbortController();
    const listen = (type, acts) =>
      document.addEventListener(type, (event) => acts(event) && this.letGo(), { capture: true, signal: this.hands.signal });
    const on = (event, what) => event.composedPath().some((one) => one.matches?.(what));
    listen("input", () => true);
    listen("click", (event) => !this.goes(event) && on(event, CONTROLS) && !on(event, ".room"));
    listen("pointerdown", (event) => on(event, DRAWN_ON));
    listen("keydown", (event) => on(event, DRAWN_ON) && /^(Arrow|Page|Home|End|Enter|Delete|Backspace|[+-])/.test(event.key));
  }

  connect() {
    this.source = new EventSource(address(`/${this.room.name}/events`));
    this.source.onmessage = ({ data }) => this.hear(JSON.parse(data));
    this.source.onopen = () => this.heard({ notice: "" });
    this.source.onerror = () => {
      this.heard({ notice: "The connection is gone: trying again." });
      // It tries by itself, but not after an answer that is no stream, such as a proxy's.
      if (this.source.readyState === EventSource.CLOSED) this.reconnecting = setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  hear(message) {
    if (message.problem) this.stop();
    else if (message.scene) {
      this.scene = message.scene;
      this.spread = Math.random() * SPREAD_MS * message.followers;
      this.show();
    }
    this.heard(message);
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
      if (!tries || (this.isHere && this.scene.image === this.table.image)) return;
      this.send({ scene: this.scene, move: true });
      this.bring(RETRY_MS, tries - 1);
    }, milliseconds);
  }

  /** Leave for another page by a link, with what is shown: Python goes there, for two requests at once lose one. */
  goes(event) {
    const link = event.composedPath().find((one) => one.matches?.(".st-key-navigation a"));
    if (!link || !this.following || !this.isHere || event.ctrlKey || event.metaKey || event.shiftKey) return false;
    event.preventDefault();
    event.stopPropagation();
    this.following = false;
    clearTimeout(this.timer);
    followScene(null);
    const page = new URL(link.getAttribute("href"), root()).pathname.slice(root().pathname.length); // the first page has ""
    this.send({ scene: { ...this.scene, page }, move: true });
    this.heard({});
    return true;
  }

  letGo() {
    if (!this.following) return;
    this.following = false;
    clearTimeout(this.timer);
    if (this.isHere) {
      this.send({ scene: this.scene, move: false, chosen: this.chosen });
      ownScene();
    }
    this.heard({});
  }

  comeBack() {
    Object.assign(this, { following: true, wanted: "", spread: 0 });
    this.show();
    this.heard({});
  }

  stop() {
    this.source.close();
    this.hands.abort();
    clearTimeout(this.timer);
    clearTimeout(this.reconnecting);
    Object.assign(this, { following: false, scene: null });
    followScene(null);
  }
}

let now = null; // the Presenter or Follower of this page

class Room {
  constructor(root) {
    this.root = h("div", { class: "part room" });
    root.append(this.root);
    this.hearConnection = ({ source, data }) => source === window && data?.type === CONNECTED && this.comeBack();
  }

  update(data, { trigger }) {
    Object.assign(this, { data, trigger });
    addEventListener("message", this.hearConnection);
    const { name, key } = data.room ?? {};
    if (now && (now.room.name !== name || now.room.key !== key)) {
      now.stop();
      now = null;
    }
    if (name && !now) {
      now = key ? new Presenter(data.room, () => {}) : new Follower(data.room, () => {});
      Object.assign(now, { said: {} });
    }
    if (now) {
      now.heard = (message) => {
        Object.assign(now.said, message);
        this.show();
      };
      now.send = (value) => trigger("followed", value);
      Object.assign(now, { table: data.table, chosen: data.chosen });
      now.show?.();
    }
    this.build();
  }

  async open() {
    const room = await open();
    if (room.problem) return this.problem(room.problem);
    this.opening = true;
    this.trigger("opened", room);
  }

  problem(sentence) {
    this.note.textContent = sentence;
  }

  leave() {
    this.trigger("left", true);
  }

  end() {
    const { name, key } = this.data.room;
    ask("DELETE", `/${name}`, key).catch(() => {});
    this.leave();
  }

  build() {
    const shape = JSON.stringify(this.data.room);
    if (shape === this.shape) return this.show();
    this.shape = shape;
    this.note = h("span", { class: "note", role: "status" });
    if (!now) this.root.replaceChildren(button("Follow along", "open a room: an audience sees this page on its own phones", () => this.open()), this.note);
    else if (now instanceof Presenter) this.buildPresenter();
    else this.buildFollower();
    this.show();
  }

  buildPresenter() {
    const { name, link } = this.data.room;
    this.button = button("", "show the QR code and the link", () => this.dialog.showModal());
    this.count = h("p", { class: "count", role: "status" });
    const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    this.dialog = h(
      "dialog",
      { "aria-label": "Follow along" },
      h("h4", {}, "Follow along"),
      h("img", { src: this.data.room.qr, alt: `QR code of ${link}` }),
      h("p", { class: "name" }, name),
      h("p", { class: "link" }, h("a", { href: link, target: "_blank" }, link)),
      local ? h("p", { class: "hint" }, "Only this computer can open this address. For other phones, open the app by this computer's name in the network first.") : "",
      this.count,
      h("div", { class: "buttons" }, button("End the room", "for everybody", () => this.end()), button("Close", "the room stays open", () => this.dialog.close())),
    );
    this.root.replaceChildren(this.button, this.dialog, this.note);
    if (this.opening) this.dialog.showModal();
    this.opening = false;
  }

  buildFollower() {
    this.text = h("span", { role: "status" });
    this.back = button("Back to the talk", "follow again", () => now.comeBack());
    this.leaveButton = button("×", "leave the room and stay on this page", () => this.leave(), { "aria-label": "Leave" });
    const bar = h("div", { class: "bar" }, this.text, this.back, this.leaveButton);
    this.root.replaceChildren(bar);
    new ResizeObserver(() => (this.root.style.height = `${bar.offsetHeight - ABOVE}px`)).observe(bar); // it lies above the page
  }

  show() {
    if (!now) return;
    const { followers = 0, problem = "", notice = "" } = now.said;
    const { name } = now.room;
    if (now instanceof Presenter) {
      const count = `${followers} following`;
      this.button.textContent = `${name} · ${count}`;
      this.count.textContent = count;
      this.problem(problem || notice);
      return;
    }
    const following = now.following ? `You are following ${name}.` : "You are playing on your own.";
    this.text.textContent = problem || notice || following;
    this.back.hidden = now.following || Boolean(problem);
  }

  // The session may have ended with its server, or while a phone slept. Streamlit's own front end waits for a click
  // then, and loses it; so Python gets at once what was on the table, and each feature's state, and runs the page.
  comeBack() {
    const { table, kept } = this.data;
    const [onTable, features] = [{ ...table }, { ...kept.features }];
    for (const [name, value] of Object.entries(sceneNow())) {
      if (Object.hasOwn(table, name)) onTable[name] = value;
      else features[name] = { ...features[name], ...value }; // a part may show only a part of its feature's state
    }
    this.trigger("back", { ...onTable, ...kept, features });
  }

  stop() {
    removeEventListener("message", this.hearConnection);
  }
}

export default mount(Room);
