// Plays the scenes of a talk: one line of text and large pictures, in any box, with nothing else around. The stage and
// the attract loop put it on screen; ui/features/talk/scenes.py says what a scene is. What it shows of a feature is drawn
// by the feature's own scene.js, a `TalkScene`.

import { loadModel } from "../../frontend/engine/engine.js";
import { prefersStillness } from "../../frontend/lib/pace.js";
import { h } from "../../frontend/lib/paint.js";
import { TalkScene } from "../../frontend/lib/talk_scene.js";

const CAPTION = 2.3, GAP = 1.9; // em, as in screen.css: below a picture, and between two
const TITLE = "title"; // a scene that shows its line alone, and no feature

export class Player {
  /** `pen` is as wide as in the app, in pixels. */
  constructor(pen) {
    this.pen = pen;
    this.frame = 0;
    this.line = h("p", { class: "line", "data-testid": "stage-line", "aria-live": "polite" });
    this.parts = h("div", { class: "parts" });
    this.invitation = h("div", { class: "invitation", hidden: true });
    this.style = h("style");
    this.element = h("div", { class: "scene" }, this.style, this.line, this.parts, this.invitation);
  }

  /**
   * Take a talk and load its models and features; onProgress(fraction) is called as the models arrive. Resolves when every
   * scene can be played.
   */
  async load(talk, onProgress = () => {}) {
    this.wanted = talk;
    const [models, scenes] = await Promise.all([loadModels(talk, onProgress), loadScenes(talk)]);
    await Promise.all(talk.scenes.map((shown) => scenes.get(shown.page)?.prepare(shown)));
    if (this.wanted === talk) Object.assign(this, { talk, models, scenes }); // else another one was asked for meanwhile
  }

  /** Show below a title how others come into a room, {name, join, qr}; null takes that away. */
  invite(room) {
    this.invitation.hidden = !room;
    if (room) this.invitation.replaceChildren(h("img", { src: room.qr, alt: "QR code of the room" }), h("p", {}, room.join, h("b", {}, room.name)));
  }

  /** Take the talk of another player, with all that it has loaded. */
  share({ talk, models, scenes }) {
    Object.assign(this, { talk, models, scenes });
  }

  /** Show a scene of the talk from its beginning; its animation starts by itself unless motion is unwelcome, or it is `still`. */
  show(index, { still = prefersStillness() } = {}) {
    this.stop();
    this.index = Math.min(Math.max(index, 0), this.talk.scenes.length - 1);
    const shown = (this.shown = this.talk.scenes[this.index]);
    const Scene = this.scenes.get(shown.page) ?? TalkScene;
    this.scene = new Scene({
      shown,
      model: this.models.get(shown.model),
      directions: this.talk.directions[shown.model],
      pen: this.pen,
      play: (animation) => this.play(animation),
      stop: () => this.stop(),
    });
    this.element.dataset.page = shown.page;
    this.style.textContent = Scene.style;
    this.line.textContent = shown.line;
    this.parts.replaceChildren(...this.scene.figures);
    this.layout();
    if (!shown.animation) return;
    this.scene.animate(shown.animation)?.at(still ? 1 : 0); // what the line says is true at the end
    if (!still) this.play();
  }

  // ---- what moves by itself ----------------------------------------------------------------------------------

  get playing() {
    return Boolean(this.frame);
  }

  /** Start an animation, the scene's own unless another is given; `then` is called when it has ended. */
  play(animation = this.shown?.animation, then = this.onEnd) {
    this.stop();
    const running = animation && this.scene.animate(animation);
    if (!running) return;
    const start = performance.now();
    const step = (now) => {
      const turns = Math.max(now - start, 0) / (1000 * animation.seconds);
      const ended = turns >= 1 && !animation.repeat;
      const isBack = turns % 2 >= 1 && !running.startsOver; // else it goes back and forth
      running.at(ended ? 1 : isBack ? 1 - (turns % 1) : turns % 1);
      this.frame = ended ? 0 : requestAnimationFrame(step);
      if (ended) then?.();
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** What is shown, for pages that cannot play it. */
  get glance() {
    return { line: this.shown.line, model: this.shown.model, ...this.scene.glance };
  }

  /** Bring the scene where another player's is, by its `position`. */
  follow(position) {
    this.stop();
    this.scene.follow(position);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  /** Squares as large as the box allows: side by side, or one above the other where that makes them larger. */
  layout() {
    const { width, height } = this.parts.getBoundingClientRect(), n = this.shown.camera.length;
    const em = parseFloat(getComputedStyle(this.parts).fontSize), caption = CAPTION * em, gap = GAP * em;
    const beside = Math.min((width - (n - 1) * gap) / n, height - caption), below = Math.min(width, height / n - caption);
    this.parts.classList.toggle("below", below > beside);
    this.parts.style.setProperty("--side", `${Math.floor(Math.max(beside, below))}px`);
  }
}

/** Load the models that a talk describes, encoders and decoders; resolves to {name: model}, a Map. */
async function loadModels({ models }, onProgress) {
  const described = Object.values(models), fractions = new Map();
  const progress = (name, fraction) => {
    fractions.set(name, fraction);
    onProgress([...fractions.values()].reduce((sum, one) => sum + one, 0) / described.length);
  };
  const load = async ({ name, url }) => {
    const model = await loadModel(url, (fraction, isEncoder) => progress(name, (fraction + isEncoder) / 2));
    await model.whole;
    progress(name, 1); // it may have been there
    return [name, model];
  };
  return new Map(await Promise.all(described.map(load)));
}

/** Load what draws the features of a talk; resolves to {name of the feature: class of its scenes}, a Map. */
async function loadScenes({ scenes }) {
  const names = new Set(scenes.map(({ page }) => page).filter((page) => page !== TITLE));
  const load = async (name) => [name, (await import(new URL(`../${name}/scene.js`, import.meta.url).href)).default];
  return new Map(await Promise.all([...names].map(load)));
}
