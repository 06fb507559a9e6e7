// Follow along: the presenter's page sends a room what it shows, a few times per second, and the pages of an audience
// show the same until somebody uses one of them. A page is in one room at most, and stays in it from page to page.

import { root as appRoot } from "../../frontend/lib/address.js";
import { mount, sceneNow } from "../../frontend/lib/component.js";
import { firstFrame } from "../../frontend/lib/first_frame.js";
import { button, h } from "../../frontend/lib/paint.js";
import { Follower } from "./follower.js";
import { Presenter } from "./presenter.js";
import { ask, open } from "./requests.js";

const CONNECTED = "WEBSOCKET_CONNECTED"; // what Streamlit posts to its window when the connection is there again
const MARGIN = 8; // px, between the note and the edge of the window
const joinPage = () => new URL("join", appRoot()).href;

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
    const { name, key } = this.data.room;
    ask("DELETE", `/${name}`, key).catch(() => {});
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
    const open = button("Follow along", "open a room: an audience sees this page on its own phones", () => this.open());
    this.root.replaceChildren(open, h("a", { class: "join", href: joinPage(), title: "follow somebody else: type the name of their room" }, "Join a room"), this.note);
  }

  buildPresenter() {
    const { name, link, join } = this.data.room;
    this.button = button("", "show the QR code and the link", () => this.dialog.showModal(), { class: "shown" });
    this.count = h("p", { class: "count", role: "status" });
    const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    this.dialog = h(
      "dialog",
      { "aria-label": "Follow along" },
      h("h4", {}, "Follow along"),
      h("img", { src: this.data.room.qr, alt: `QR code of ${link}` }),
      h("p", { class: "link" }, h("a", { href: link, target: "_blank" }, link)),
      h("p", { class: "typed" }, "or open ", h("b", {}, join), " and type"),
      h("p", { class: "name" }, name),
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
    this.back = button("Back to the talk", "follow again", () => member.follow());
    this.leaveButton = button("×", "leave the room and stay on this page", () => this.leave(), { "aria-label": "Leave" });
    this.another = h("a", { class: "another", href: joinPage(), hidden: true }, "Another room");
    this.root.replaceChildren(h("div", { class: "bar" }, this.text, this.back, this.another, this.leaveButton));
  }

  show() {
    if (!member) return;
    const { followers = 0, problem = "", notice = "" } = member.said;
    const { name } = member.room;
    if (member instanceof Presenter) {
      const count = `${followers} following`;
      this.button.textContent = `${name} · ${count}`;
      this.count.textContent = count;
      this.problem(problem || notice);
      return;
    }
    const following = member.following ? `You are following ${name}.` : "You are playing on your own.";
    this.text.textContent = problem || notice || following;
    this.back.classList.toggle("away", member.following); // it keeps its place: the first touch must not move the page
    this.back.hidden = Boolean(problem);
    this.another.hidden = !problem;
  }

  // The session may have ended with its server, or while a phone slept. Streamlit's own front end waits for a click
  // then, and loses it; so Python gets at once what was on the table, and each feature's state, and runs the page.
  comeBack() {
    const { table, kept } = this.data;
    const [onTable, features] = [{ ...table }, { ...kept.features }];
    for (const [name, value] of Object.entries(sceneNow())) {
      if (Object.hasOwn(table, name)) onTable[name] = value;
      else features[name] = { ...features[name], ...value }; // a part may show a part of the state only
    }
    this.trigger("back", { ...onTable, ...kept, features });
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

export default mount(Room);
