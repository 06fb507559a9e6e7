// What a booth shows while nobody is there: after a while without touch, the scenes of a talk one after the other, over
// the whole window. The first touch takes them away at once, and does nothing else: nobody can aim at a button that they
// do not see.

import { mount } from "../../frontend/lib/component.js";
import { h } from "../../frontend/lib/paint.js";
import { Player } from "../talk/player.js";
import { isTalking } from "../talk/stages.js";

const SIGNS = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel"]; // that somebody is there
const TAKES_OVER = ["pointerdown", "keydown", "touchstart"];
const OF_ONE_TOUCH = ["pointerup", "pointercancel", "mousedown", "mouseup", "touchstart", "touchend", "touchcancel", "keyup", "keypress", "click"];
const LIFTED_MS = 400; // after which the browser has sent every event of a touch
const LOOK_MS = 1500; // for a look at the end of an animation
const STAND_MS = 5000; // for a scene without animation

class Attract {
  constructor(root, { pen }) {
    this.player = new Player(pen);
    this.player.onEnd = () => this.later(LOOK_MS);
    this.dialog = h("dialog", { "data-testid": "attract", "aria-label": "touch to begin", tabindex: -1 }, h("div", { class: "screen still" }, this.player.element));
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    root.append(h("div", { class: "part attract" }, this.dialog));
    this.sign = (event) => this.noticed(event);
    this.gone = null; // the timer that runs while nobody is there
  }

  update(data, { trigger }) {
    this.trigger = trigger;
    Object.assign(this, { idle: data.idle, kiosk: data.kiosk });
    if (this.loading) return;
    for (const type of SIGNS) addEventListener(type, this.sign, { capture: true, passive: false });
    this.loading = this.player.load(data.talk).then(() => this.wait()).catch(() => {}); // without networks there is no loop
  }

  /** A rerun calls this, too: the listeners stay while the part is on the page. */
  stop() {
    setTimeout(() => {
      if (this.dialog.isConnected) return;
      for (const type of SIGNS) removeEventListener(type, this.sign, { capture: true });
      clearTimeout(this.gone);
      this.end();
      this.loading = null;
    });
  }

  wait() {
    clearTimeout(this.gone);
    this.gone = setTimeout(() => this.start(), 1000 * this.idle);
  }

  start() {
    if (isTalking() || !this.dialog.isConnected) return this.wait();
    this.dialog.showModal();
    if (this.kiosk) this.trigger("cleared", true); // beneath, while nobody looks
    this.show(0);
  }

  show(index) {
    this.player.show(index % this.player.talk.scenes.length);
    if (!this.player.playing) this.later(STAND_MS);
  }

  later(milliseconds) {
    clearTimeout(this.turn);
    this.turn = setTimeout(() => this.show(this.player.index + 1), milliseconds);
  }

  end() {
    clearTimeout(this.turn);
    this.player.stop();
    this.dialog.close();
  }

  noticed(event) {
    if (!this.dialog.open) return this.wait();
    if (!TAKES_OVER.includes(event.type)) return;
    this.end();
    this.wait();
    keep(event);
    const still = (later) => {
      keep(later);
      if (["pointerup", "keyup", "touchend", "pointercancel", "touchcancel"].includes(later.type)) setTimeout(forget, LIFTED_MS);
    };
    const forget = () => OF_ONE_TOUCH.forEach((type) => removeEventListener(type, still, true));
    for (const type of OF_ONE_TOUCH) addEventListener(type, still, { capture: true, passive: false });
  }
}

function keep(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

export default mount(Attract);
