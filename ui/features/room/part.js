// Rooms: the presenter's page sends a room what it shows, a few times per second, and the pages of an audience
// show the same until somebody uses one of them. A page is in one room at most, and stays in it from page to page.

import { root as appRoot } from "../../frontend/lib/address.js";
import { keptNow, mount, sceneNow } from "../../frontend/lib/component.js";
import { firstFrame } from "../../frontend/lib/first_frame.js";
import { button, h } from "../../frontend/lib/paint.js";
import { presentIn } from "../wall/poll.js";
import { Follower } from "./follower.js";
import { Presenter } from "./presenter.js";
import { open } from "./requests.js";

const CONNECTED = "WEBSOCKET_CONNECTED"; // what Streamlit posts to its window when the connection is there again
const MARGIN = 8; // px, between the note and the edge of the window
const ROOMS = `<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12" r="2" fill="currentColor"/><path d="M8 16a5.6 5.6 0 0 1 0-8M16 8a5.6 5.6 0 0 1 0 8M5 19a9.9 9.9 0 0 1 0-14M19 5a9.9 9.9 0 0 1 0 14"/></svg>`;
const joinPage = () => new URL("join", appRoot()).href;

const STORED = "digit", FIELDS = "fields"; // in the tab's storage

let member = null; // the Presenter or Follower of this page, from page to page

class Room {
  constructor(root) {
    this.root = h("div", { class: "part room" });
    root.append(this.root);
    this.connected = ({ source, data }) => source === window && data?.type === CONNECTED && this.comeBack();
  }

  update(data, { trigger }) {
    Object.assign(this, { data, trigger });
    firstFrame.bringBack = (table) => this.bringBack(table);
    addEventListener("message", this.connected);
    const { name, key } = data.room ?? {};
    if (member && (member.room.name !== name || member.room.key !== key)) {
      member.stop();
      member = null;
    }
    if (name && !member) {
      member = key ? new Presenter(data.room, () => {}) : new Follower(data.room, () => {});
      member.said = {}; // what the room said last, by its kind
    }
    presentIn(key ? data.room : null);
    if (member) {
      member.onMessage = (message) => {
        Object.assign(member.said, message);
        this.show();
      };
      member.send = (value) => trigger("followed", value);
      Object.assign(member, { table: data.table, chosen: data.chosen });
      member.show?.();
    }
    this.build();
    this.keep();
  }

  /** How others come into the room that is presented here, {name, join, qr}; null for everybody else. */
  get invitation() {
    const { room } = this.data ?? {};
    return room?.key ? room : null;
  }

  // A link holds the digit unless it gets too long; then this tab has it for a reload, with the latent that belongs to it.
  keep() {
    const { table, kept } = this.data;
    if (table.source === "numbers" && !this.isKnown) {
      const stored = read(STORED);
      if (stored?.model === table.model && String(stored.latent) === String(table.latent)) {
        const { seq, chosen, canvas } = kept; // the parts of this page take what has a later count
        this.trigger("back", { ...stored, seq: seq + 1, chosen: chosen + 1, canvas });
      }
    }
    const stored = read(FIELDS) ?? {}, told = Object.entries(this.data.for_reload).map(([name, fields]) => [name, fields ?? stored[name]]);
    const fields = Object.fromEntries(told.filter(([, found]) => found)); // what is too long for this page is here already
    if (!this.isKnown && !told.length && Object.keys(stored).length) this.trigger("reloaded", stored);
    else if (JSON.stringify(fields) !== JSON.stringify(stored)) write(FIELDS, fields);
    this.isKnown = true;
    if (["drawn", "photo"].includes(table.source)) write(STORED, { ...table, ...kept, features: {} });
  }

  async open() {
    const room = await open();
    if (room.problem) return this.problem(room.problem);
    this.opening = true;
    this.trigger("opened", room);
  }

  /** Say something at the button, above the page: it comes and goes, and moves nothing. */
  problem(sentence) {
    this.note.textContent = sentence;
    this.note.style.translate = "";
    const beyond = this.note.getBoundingClientRect().right + MARGIN - document.documentElement.clientWidth;
    if (beyond > 0) this.note.style.translate = `${-beyond}px`;
  }

  leave() {
    this.trigger("left", true);
  }

  end() {
    presentIn(null);
    member.end();
    this.leave();
  }

  build() {
    const shape = JSON.stringify(this.data.room);
    if (shape === this.shape) return this.show();
    this.shape = shape;
    this.note = h("span", { class: "note", role: "status" });
    this.root.classList.toggle("audience", member instanceof Follower);
    if (!member) this.buildEntrance();
    else if (member instanceof Presenter) this.buildPresenter();
    else this.buildFollower();
    this.show();
  }

  buildEntrance() {
    const open = button("Let others follow", "open a room: others see this page live on their own screens", () => this.open());
    const join = h("a", { class: "join", href: joinPage(), title: "follow somebody: type the name of their room" }, "Join a room");
    const ways = h("div", { class: "ways", popover: "auto" }, open, join); // on a small screen they wait behind a button
    const more = button("", "let others follow, or join a room", () => this.unfold(more, ways), { class: "more", "aria-label": "Rooms" });
    more.innerHTML = ROOMS;
    ways.addEventListener("click", () => ways.matches(":popover-open") && ways.hidePopover());
    this.root.replaceChildren(more, ways, this.note);
  }

  /** Show what waits behind a button, below it. */
  unfold(more, ways) {
    const { bottom, right } = more.getBoundingClientRect();
    ways.style.inset = `${bottom + 4}px ${document.documentElement.clientWidth - right}px auto auto`;
    ways.togglePopover();
  }

  buildPresenter() {
    const { name, link, join } = this.data.room;
    this.button = button("", "show the QR code and the link", () => this.dialog.showModal(), { class: "shown" });
    this.count = h("p", { class: "count", role: "status" });
    const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    this.dialog = h(
      "dialog",
      { "aria-label": "Let others follow" },
      h("h2", {}, "Let others follow"),
      h("img", { src: this.data.room.qr, alt: `QR code of ${link}` }),
      h("p", { class: "link" }, h("a", { href: link, target: "_blank" }, link)),
      h("p", { class: "typed" }, "or open ", h("b", {}, join), " and type"),
      h("p", { class: "name" }, name),
      local ? h("p", { class: "hint" }, "This address works only on this computer. For phones, first open the app by this computer's name or address in the network.") : "",
      this.count,
      h("div", { class: "buttons" }, button("Ask them to draw", "a question for everybody who follows, and the wall of what they draw", () => this.openWall(), { class: "primary" })),
      h("div", { class: "buttons" }, button("End the room", "for everybody in it", () => this.end()), button("Close", "the room stays open", () => this.dialog.close())),
    );
    this.root.replaceChildren(this.button, this.dialog, this.note);
    if (this.opening) this.dialog.showModal();
    this.opening = false;
  }

  async openWall() {
    this.dialog.close();
    const { default: open } = await import(new URL("../wall/wall.js", import.meta.url).href);
    open(this.data.table.model);
  }

  buildFollower() {
    this.text = h("span", { role: "status" });
    this.back = button("Follow again", "back to the presenter's page", () => member.follow());
    this.leaveButton = button("×", "leave the room and stay on this page", () => this.leave(), { "aria-label": "Leave" });
    this.answerButton = button("Draw an answer", "draw what the presenter asks for", () => this.answer(), { class: "answer", hidden: true });
    this.another = h("a", { class: "another", href: joinPage(), hidden: true }, "Another room");
    this.root.replaceChildren(h("div", { class: "bar" }, this.text, this.answerButton, this.back, this.another, this.leaveButton));
  }

  /** Draw an answer to what the presenter asks, on a sheet over the page. */
  async answer() {
    const { default: answering } = await import(new URL("../wall/answering.js", import.meta.url).href);
    member.answering ??= answering(member.room.name, this.data.pen);
    member.answering.take(member.said.scene?.poll);
    member.answering.onSent = () => this.show();
    member.answering.open();
  }

  show() {
    if (!member) return;
    const { followers = 0, problem = "", notice = "" } = member.said;
    const { name } = member.room;
    if (member instanceof Presenter) {
      const count = `${followers} following`;
      this.button.replaceChildren(h("span", {}, name), h("i", {}, " · "), h("span", {}, count));
      this.count.textContent = count;
      this.problem(problem || notice);
      return;
    }
    const following = member.following ? `You are following ${name}.` : "You are playing on your own.";
    const { poll } = member.said.scene ?? {}, { answering } = member;
    answering?.take(poll);
    const isAsked = Boolean(poll?.open) && answering?.sent !== poll.number;
    this.text.textContent = problem || notice || (isAsked ? "The presenter asks you:" : following);
    this.root.firstChild.classList.toggle("asked", isAsked && !problem && !notice);
    this.answerButton.hidden = !poll?.open || Boolean(problem);
    this.back.classList.toggle("away", member.following); // it keeps its place: the first touch must not move the page
    this.back.hidden = Boolean(problem);
    this.another.hidden = !problem;
  }

  // The session may have ended with its server, or while a phone slept. Streamlit's own front end waits for a click
  // then, and loses it; so Python gets at once what was on the table, and each feature's state, and runs the page.
  comeBack() {
    const { table, kept } = this.data;
    const [onTable, features] = [{ ...table }, { ...read(FIELDS), ...kept.features }];
    for (const [name, value] of Object.entries(sceneNow())) {
      if (Object.hasOwn(table, name)) onTable[name] = value;
      else features[name] = { ...features[name], ...value }; // a part may show a part of the state only
    }
    this.trigger("back", { ...onTable, ...kept, ...keptNow(), features });
  }

  // What was drawn before Streamlit had loaded comes back in the same way, as if from a session of its own.
  bringBack(table) {
    const visit = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.trigger("back", { ...this.data.table, ...this.data.kept, ...table, visit });
  }

  stop() {
    removeEventListener("message", this.connected);
  }
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null; // storage may be forbidden
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {} // storage may be forbidden, or full
}

export default mount(Room);
