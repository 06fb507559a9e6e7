// The Talk page's live part, and talk mode: the scenes of a talk in a small frame on the page, or over the whole window.
// It has everything it needs before the first scene, so nothing on stage waits for a network or for Python.

import { mount, roomNow } from "../../frontend/lib/component.js";
import { AtRest } from "../../frontend/lib/pace.js";
import { button, h } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { Desk } from "./desk.js";
import { actions, card } from "./keys.js";
import { handOut } from "./handout.js";
import { laser } from "./laser.js";
import { Player } from "./player.js";
import { entered, left } from "./stages.js";
import { trail } from "./trail.js";

const REST_MS = 600; // before it is reported: only the link waits for it
const STILL_MS = 2000; // after which the pointer hides

class Stage extends Part {
  isUndone = false; // as the state of this name in Python says
  rest = new AtRest(() => this.report(), REST_MS);

  constructor(root, { pen }) {
    super();
    this.blank = false;
    this.player = new Player(pen);
    this.pen = pen;
    this.desk = new Desk(this, pen, (sentence) => this.say(sentence));
    this.laser = laser(this.player.element);
    this.actions = actions(this);
    this.build(root);
    // Keys come here before they come to anything else: a clicker has no focus, and Streamlit has shortcuts of its own.
    this.keys = (event) => this.talking && this.key(event);
  }

  get talking() {
    return this.dialog.open;
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    super.update(data, reports);
    addEventListener("keydown", this.keys, true);
    if (data.seq === this.seq) return;
    this.seq = data.seq;
    if (data.talking && !this.talking) this.enter();
    this.load(data);
  }

  async load({ seq, talk, scene }) {
    const { player } = this;
    const now = player.talk ? player.index : scene; // an edited talk goes on where it was
    this.root.dataset.ready = "false";
    if (!player.talk) player.line.textContent = "Loading the models …";
    try {
      await player.load(talk, (fraction) => {
        if (!player.scene && seq === this.seq) this.count.textContent = `${Math.round(100 * fraction)} %`;
      });
    } catch (error) {
      player.line.textContent = `The talk needs the models, but ${error.message}. Reload the page to try again.`;
      return;
    }
    if (seq !== this.seq) return; // another talk came meanwhile, and the player has that one
    this.go(now);
    this.root.dataset.ready = "true";
  }

  get watched() {
    return this.screen;
  }

  resized() {
    if (this.player.scene) this.player.layout();
  }

  stop() {
    super.stop();
    setTimeout(() => {
      if (this.root.isConnected) return; // a rerun, not another page
      this.leave();
      this.rest.cancel();
      this.player.stop();
      this.desk.close();
      removeEventListener("keydown", this.keys, true);
    });
  }

  // ---- moving through the talk ---------------------------------------------------------------------------------

  go(index) {
    if (!this.player.talk) return;
    this.setBlank(false);
    this.player.invite(roomNow());
    this.player.show(index);
    const { length } = this.player.talk.scenes;
    this.count.textContent = `scene ${this.player.index + 1} of ${length}`;
    this.handout.disabled = false;
    this.previous.disabled = this.player.index === 0;
    this.next.disabled = this.player.index === length - 1;
    this.playButton.disabled = !this.player.shown.animation;
    this.rest.soon();
  }

  play() {
    if (this.player.playing) this.player.stop();
    else this.player.play();
  }

  enter() {
    this.dialog.append(this.screen);
    this.player.invite(roomNow());
    this.dialog.showModal();
    this.dialog.focus(); // nothing in it is to look chosen
    entered();
    this.moved();
    this.after();
  }

  leave() {
    if (!this.talking) return;
    if (document.fullscreenElement) document.exitFullscreen();
    this.dialog.close();
    this.frameOnPage.append(this.screen);
    left();
    this.setBlank(false);
    this.card.hidden = true;
    this.trail.stop();
    this.laser.off();
    this.after();
  }

  after() {
    this.resized();
    if (this.player.talk) this.rest.soon();
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {}); // not every browser lets it
  }

  setBlank(blank) {
    this.blank = blank;
    this.cover.hidden = !blank;
  }

  // ---- keys and pointer ----------------------------------------------------------------------------------------

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const action = this.actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.player.scene || event.key === "Escape") action();
  }

  escape() {
    if (!this.card.hidden) this.card.hidden = true;
    else if (this.blank) this.setBlank(false);
    else this.leave();
  }

  /** The pointer hides while it rests. */
  moved(event) {
    this.screen.classList.remove("still");
    clearTimeout(this.stilled);
    this.stilled = setTimeout(() => this.screen.classList.add("still"), STILL_MS);
    if (!event) return;
    this.trail.move(event);
    this.laser.move(event);
  }

  touched() {
    this.card.hidden = true;
  }

  /** Say below the stage what could not be done; "" for nothing. */
  say(sentence) {
    this.said.textContent = sentence;
  }

  // ---- from whoever presents -----------------------------------------------------------------------------------

  get state() {
    return { talking: this.talking, scene: this.player.index };
  }

  get scene() {
    const { player } = this;
    if (!player.scene) return {};
    return { talk: { ...this.state, title: player.talk.title, blank: this.blank, position: player.scene.position, laser: this.laser.place }, glance: player.glance };
  }

  showScene({ talk: { title, scene, blank, position, laser } = {} }) {
    if (!this.player.scene || title !== this.player.talk.title) return; // the presenter has edited theirs
    if (scene !== this.player.index) this.go(scene);
    if (blank !== this.blank) this.setBlank(blank);
    this.player.follow(position);
    this.laser.show(laser ?? null);
  }

  // For whoever has neither keys nor a clicker: they are there while the pointer moves, and on touch screens.
  turns() {
    const turn = (text, title, by) => button(text, title, () => this.go(this.player.index + by), { "aria-label": title });
    return [turn("‹", "previous scene", -1), turn("›", "next scene", 1)];
  }

  build(root) {
    this.cover = h("div", { class: "cover", "data-testid": "stage-blank", hidden: true });
    this.card = card();
    this.trail = trail();
    this.screen = h(
      "div",
      { class: "screen", onpointermove: (event) => this.moved(event), onclick: () => this.touched() },
      this.player.element,
      this.trail.element,
      this.laser.element,
      this.card,
      this.cover,
      h("div", { class: "turns" }, ...this.turns(), button("×", "leave (Escape)", () => this.leave(), { "aria-label": "leave the presentation" })),
    );
    this.frameOnPage = h("div", { class: "frame" }, this.screen);
    this.dialog = h("dialog", { "data-testid": "stage", "aria-label": "presentation", tabindex: -1 });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.escape();
    });
    this.count = h("span", { class: "count" });
    this.previous = button("Previous", "the previous scene (Page Up)", () => this.go(this.player.index - 1), { disabled: true });
    this.playButton = button("Play", "play or pause the scene's animation (Space)", () => this.play(), { disabled: true });
    this.next = button("Next", "the next scene (Page Down)", () => this.go(this.player.index + 1), { disabled: true });
    const onStage = button("Present", "fill the window; Escape comes back here", () => this.enter(), { class: "primary" });
    const full = button("Full screen", "present on the whole screen", () => {
      this.enter();
      this.fullScreen();
    });
    const window = button("Presenter's window", "the next scene, your notes and the time, in a window of their own (P)", () => this.desk.open());
    this.handout = button("Hand-out", "all scenes and notes, to print or to save as a PDF", () => handOut(this, this.pen, (sentence) => this.say(sentence)), { disabled: true });
    this.said = h("p", { class: "said", role: "status" });
    this.root = h(
      "div",
      { class: "part stage" },
      this.frameOnPage,
      h("div", { class: "controls" }, onStage, full, window, this.handout, h("div", { class: "group" }, this.previous, this.playButton, this.next), this.count),
      this.said,
      this.dialog,
    );
    root.append(this.root);
  }
}

export default mount(Stage);
