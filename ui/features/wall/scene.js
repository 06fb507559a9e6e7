// What a talk shows of a hall's answers: the wall of digits, their mean, a walk through all of them. The line of the scene is
// the question; whoever presents asks it by a button on the wall, or by the key for something random.

import { prefersStillness } from "../../frontend/lib/pace.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { TalkScene } from "../../frontend/lib/talk_scene.js";
import { Board } from "./board.js";
import { answersNow, askHall, clearAnswers, listen, pollNow, roomToAsk } from "./poll.js";
import { Walk, meanOf } from "./walk.js";

const LONGEST = 80; // characters of a question
const NO_ROOM = "Whoever presents in a room sees here what it draws: first press “Let others follow”.";

export default class WallScene extends TalkScene {
  static style = `
    .parts .answers .square { place-items: center; position: relative; outline: max(2px, .06em) solid color-mix(in srgb, var(--ink) 45%, transparent); }
    .parts .answers canvas { outline: none; image-rendering: pixelated; }
    .parts .answers .asks { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: .8em; height: auto; padding: 1em; text-align: center; font-size: 1.4em; }
    .parts .answers .asks:not(:has(:not([hidden]))) { display: none; }
    .parts .answers .asks button { min-height: 44px; padding: .4em 1em; font: inherit; font-weight: 700; color: var(--paper); background: var(--accent); border: none; border-radius: .3em; }
    .parts .answers .asks [hidden] { display: none; }`;

  constructor(options) {
    super(options);
    this.board = new Board("stage-answers");
    this.walk = new Walk();
    this.add("answers", this.board.element);
    this.add("mean");
    this.add("walk");
    this.words = h("p");
    this.ask = button("Ask the hall", "show this question to everybody who follows (R)", () => this.random());
    this.panels.answers.square.append(h("div", { class: "asks" }, this.words, this.ask));
    this.end = listen(() => this.heard());
    this.watcher = new ResizeObserver(() => this.heard());
    this.watcher.observe(this.panels.answers.square);
    this.render();
    if (this.shown.camera.includes("walk") && !prefersStillness()) requestAnimationFrame((now) => this.step(now));
  }

  get question() {
    return this.shown.line.slice(0, LONGEST);
  }

  /** The answers to this scene's question, which may not have been asked yet. */
  get answers() {
    return pollNow()?.question === this.question ? answersNow() : [];
  }

  /** Go on while this scene is shown. */
  heard() {
    if (this.board.element.isConnected) return this.render();
    this.end();
    this.watcher.disconnect();
  }

  render() {
    const { answers, panels } = this, isAsked = pollNow()?.question === this.question, count = answers.length.toLocaleString("en");
    const side = panels.answers.square.clientWidth;
    if (side) this.board.show(answers, { width: side, height: side });
    say(this.words, roomToAsk() ? (isAsked && !answers.length ? "Nobody has sent a digit yet." : "") : NO_ROOM);
    this.words.hidden = !this.words.textContent;
    this.ask.hidden = isAsked || !roomToAsk();
    panels.answers.caption.textContent = isAsked ? `${count} ${answers.length === 1 ? "digit" : "digits"}` : "the hall's digits";
    const mean = meanOf(answers);
    this.fill("mean", mean && this.decode(mean), mean ? `the mean of ${count}` : "their mean");
    panels.walk.caption.textContent = "through all";
  }

  step(now) {
    if (!this.board.element.isConnected) return;
    const latent = this.walk.at(now, this.answers);
    if (latent) this.fill("walk", this.decode(latent), "through all");
    requestAnimationFrame((next) => this.step(next));
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  random() {
    if (roomToAsk() && pollNow()?.question !== this.question) askHall(this.question, { name: this.shown.model, numbers: this.model.latentDim });
  }

  restore() {
    if (pollNow()?.question === this.question) clearAnswers();
  }
}
