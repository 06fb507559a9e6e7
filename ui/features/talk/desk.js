// The presenter's own window: what the hall sees, the next scene, the notes and the time. Keys do there what they do on stage.

import { button, h, say } from "../../frontend/lib/paint.js";
import { Player } from "./player.js";
import { BLOCKED, windowWith } from "./window.js";

const LOOK_MS = 100; // from one look at the stage to the next
const FEATURES = "popup,width=1100,height=700";

export class Desk {
  /** `stage` is the live part; `said(sentence)` says what went wrong. */
  constructor(stage, pen, said) {
    Object.assign(this, { stage, said, window: null, begun: 0 });
    [this.now, this.next] = [new Player(pen), new Player(pen)];
    this.count = h("b");
    this.time = h("time", { title: "since the talk began" });
    this.notes = h("p", { class: "notes", tabindex: 0 });
    this.ended = h("p", { class: "ended" }, "The last scene.");
    const go = (by) => () => stage.go(stage.player.index + by);
    const does = [
      button("Previous", "the previous scene (Page Up)", go(-1)),
      button("Play", "play or pause the animation (Space)", () => stage.play()),
      button("Blank", "blank screen (B)", () => stage.setBlank(!stage.blank)),
      button("Next", "the next scene (Page Down)", go(1), { class: "primary" }),
    ];
    const again = button("Restart the clock", "count from zero", () => (this.begun = performance.now()));
    const box = (player, words, name) => h("section", { class: name }, h("h2", {}, words), h("div", { class: "frame" }, h("div", { class: "screen" }, player.element)));
    this.element = h(
      "main",
      { class: "part stage desk" },
      h("header", {}, this.count, this.time, again),
      box(this.now, "On screen now", "now"),
      box(this.next, "Next", "next"),
      h("section", { class: "words" }, h("h2", {}, "Notes"), this.notes, this.ended),
      h("footer", {}, ...does),
    );
  }

  get isOpen() {
    return Boolean(this.window && !this.window.closed);
  }

  /** Open the window, or bring it to the front. */
  open() {
    if (this.isOpen) return this.window.focus();
    this.window = windowWith(this.element, { title: "Presenter's window", name: "presenter", features: FEATURES, root: this.stage.root });
    if (!this.window) return this.said(BLOCKED);
    this.said("");
    this.window.addEventListener("keydown", (event) => this.stage.key(event));
    this.window.addEventListener("resize", () => this.layOut());
    this.begun ||= performance.now();
    this.shown = null;
    this.timer = setInterval(() => (this.isOpen ? this.look() : this.close()), LOOK_MS);
    this.look();
  }

  close() {
    clearInterval(this.timer);
    this.window?.close();
    this.window = null;
    for (const player of [this.now, this.next]) if (player.scene) player.stop();
  }

  look() {
    const { player, blank } = this.stage, { talk, index } = player;
    if (!player.scene) return;
    say(this.time, spent(performance.now() - this.begun));
    this.element.classList.toggle("blank", blank);
    if (this.shown?.talk !== talk || this.shown.index !== index) this.show(talk, index);
    const position = JSON.stringify(player.scene.position);
    if (position === this.shown.position) return;
    this.shown.position = position;
    this.now.follow(JSON.parse(position));
  }

  show(talk, index) {
    const { scenes } = talk, isLast = index === scenes.length - 1;
    this.shown = { talk, index, position: "" };
    say(this.count, `scene ${index + 1} of ${scenes.length}`);
    this.notes.textContent = scenes[index].notes ?? "";
    for (const player of [this.now, this.next]) player.share(this.stage.player);
    this.now.show(index, { still: true });
    this.next.element.hidden = isLast;
    this.ended.hidden = !isLast;
    if (!isLast) this.next.show(index + 1, { still: true });
  }

  layOut() {
    for (const player of [this.now, this.next]) if (player.scene) player.layout();
  }
}

function spent(ms) {
  const seconds = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}
