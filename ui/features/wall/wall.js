// The wall: what the hall drew, live, for whoever presents. It lies over the page and stays from page to page.

import { loadModel } from "../../frontend/engine/engine.js";
import { root } from "../../frontend/lib/address.js";
import { loadAtlas } from "../../frontend/lib/atlas.js";
import { explained } from "../../frontend/lib/explain.js";
import { floating } from "../../frontend/lib/floating.js";
import { NextFrame, prefersStillness } from "../../frontend/lib/pace.js";
import { button, h, imageCanvas, paint, say } from "../../frontend/lib/paint.js";
import { Board } from "./board.js";
import { Chart } from "./chart.js";
import { describe } from "./describe.js";
import { answersNow, askHall, clearAnswers, listen, pollNow, removeAnswer, setOpen } from "./poll.js";
import { WALL } from "./style.js";
import { Walk, meanOf } from "./walk.js";

const READY = ["Draw a digit.", "Draw a 4.", "Draw something between a 4 and a 9.", "Draw a digit that the network gets wrong.", "What did you draw?"];
const LONGEST = 80; // characters of a question
const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };

class Wall {
  constructor() {
    Object.assign(this, { model: null, used: "", chosen: null, walk: new Walk(), walking: 0 });
    [this.board, this.chart] = [new Board("wall"), new Chart()];
    this.pictures = new NextFrame(() => this.showMean());
    this.build();
    listen((news) => this.changed(news));
    new ResizeObserver(() => this.showBoard()).observe(this.place);
  }

  build() {
    this.question = h("h2", { id: "wall-question" });
    this.count = h("span", { class: "count", role: "status", "data-testid": "wall-count" });
    this.input = h("input", { type: "text", maxlength: LONGEST, "aria-label": "question", value: READY[0] });
    const ready = h("select", { "aria-label": "ready questions", onchange: () => ready.value && (this.input.value = ready.value) }, ...READY.map((one) => h("option", {}, one)));
    this.pause = button("Pause", "take no digits for a while", () => setOpen(!pollNow().open));
    this.clear = button("Clear", "delete all digits, and ask anew", () => clearAnswers());
    this.said = h("p", { class: "said", role: "status" });
    const form = h("form", { class: "ask", onsubmit: (event) => this.ask(event) }, ready, this.input, h("button", { class: "primary", title: "show this question to everybody who follows" }, "Ask"), this.pause, this.clear, this.said);
    Object.entries({ tabindex: 0, role: "application" }).forEach(([name, value]) => this.board.element.setAttribute(name, value));
    this.board.element.addEventListener("click", (event) => this.choose(this.board.placeAt(event)));
    this.board.element.addEventListener("keydown", (event) => this.key(event));
    this.nothing = h("p", { class: "nothing" });
    this.place = h("div", { class: "wall" }, this.board.element, this.nothing);
    this.mean = imageCanvas("wall-mean", "the mean of all digits, decoded");
    this.between = imageCanvas("wall-walk", "a walk through all digits");
    this.meanWords = h("span");
    this.play = button("Walk", "from digit to digit, through all of them", () => this.toggleWalk(), { "aria-pressed": "false" });
    this.one = imageCanvas("wall-chosen", "the chosen digit");
    this.oneWords = h("p", { role: "status" });
    this.hide = button("Hide this digit", "delete it; nothing more is taken from this phone", () => this.remove(), { disabled: true });
    const side = h(
      "div",
      { class: "side" },
      h("figure", { class: "map" }, this.chart.element),
      h("div", { class: "pair" }, h("figure", {}, this.mean, h("figcaption", {}, this.meanWords, ...explained(", redrawn by the decoder"))), h("figure", {}, this.between, h("figcaption", {}, this.play))),
      h("div", { class: "chosen" }, this.one, h("div", {}, this.oneWords, this.hide)),
    );
    this.element = h(
      "dialog",
      { "aria-labelledby": "wall-question", "data-testid": "wall-dialog" },
      h("header", {}, this.question, this.count),
      form,
      this.place,
      side,
      button("×", "close: the question stays", () => this.element.close(), { class: "close", "aria-label": "Close" }),
    );
    this.element.addEventListener("close", () => this.stopWalk());
    this.layer = floating("wall", WALL, this.element);
  }

  /** Open it for whoever has the model of this name on the table. */
  open(model) {
    this.named = model;
    this.layer.dress();
    this.element.showModal();
    this.changed(null);
  }

  async ask(event) {
    event.preventDefault();
    const question = this.input.value.trim();
    if (!question) return say(this.said, "Type a question first.");
    const found = await describe(this.named).catch(() => null);
    if (!found) return say(this.said, "The server does not answer: try again.");
    const { model, isDrawn } = found;
    if (!isDrawn || model.image.join() !== "28,28,1") return say(this.said, "Phones draw digits: choose a model of digits first.");
    say(this.said, "");
    askHall(question, model);
    if (!prefersStillness() && !this.walking) this.toggleWalk();
  }

  // ---- what comes in -----------------------------------------------------------------------------------------

  changed(news) {
    if (!this.element.open) return;
    const poll = pollNow(), answers = answersNow();
    say(this.question, poll?.question ?? "Ask everybody who follows");
    say(this.count, poll ? `${answers.length.toLocaleString("en")} ${answers.length === 1 ? "digit" : "digits"}${poll.open ? "" : ", paused"}` : "");
    for (const one of [this.pause, this.clear]) one.disabled = !poll;
    say(this.pause, poll && !poll.open ? "Take more" : "Pause");
    this.answers = answers;
    if (poll && poll.model !== this.used) this.use(poll.model);
    else if (news) this.chart.add(news);
    else this.chart.clear(answers);
    if (!news) this.walk.again();
    if (this.chosen && !answers.includes(this.chosen)) this.chosen = null;
    this.showBoard();
    this.showChosen();
    this.pictures.soon();
  }

  async use(name) {
    Object.assign(this, { used: name, model: null });
    const { model, atlas } = await describe(name).catch(() => ({}));
    if (!model || name !== this.used) return (this.used = "");
    this.chart.use(atlas ? await loadAtlas(new URL(atlas, root()).href).catch(() => null) : null, answersNow());
    this.chart.element.parentElement.hidden = !atlas;
    this.model = await loadModel(model.url);
    this.pictures.soon();
  }

  showBoard() {
    const box = this.place.getBoundingClientRect();
    if (box.width) this.board.show(this.answers ?? [], box);
    this.nothing.hidden = Boolean(this.answers?.length);
    say(this.nothing, pollNow() ? "Nobody has sent a digit yet." : "The digits that people draw on their phones will be here.");
  }

  showMean() {
    const mean = meanOf(this.answers);
    paint(this.mean, mean && this.model ? this.model.decode(mean) : null);
    say(this.meanWords, mean ? `the mean of ${this.answers.length.toLocaleString("en")}` : "the mean of all digits");
    if (!mean) paint(this.between, null);
  }

  // ---- the walk through all of them --------------------------------------------------------------------------

  toggleWalk() {
    if (this.walking) return this.stopWalk();
    this.play.setAttribute("aria-pressed", "true");
    const step = (now) => {
      const latent = this.model && this.walk.at(now, this.answers ?? []);
      if (latent) paint(this.between, this.model.decode(latent));
      this.walking = requestAnimationFrame(step);
    };
    this.walking = requestAnimationFrame(step);
  }

  stopWalk() {
    cancelAnimationFrame(this.walking);
    this.walking = 0;
    this.play.setAttribute("aria-pressed", "false");
  }

  // ---- one of them -------------------------------------------------------------------------------------------

  choose(place) {
    this.chosen = this.answers?.[place] ?? null;
    this.showChosen();
  }

  showChosen() {
    const { chosen } = this;
    paint(this.one, chosen && Float32Array.from(chosen.pixels, (v) => v / 255));
    this.hide.disabled = !chosen;
    say(this.oneWords, chosen ? `Digit ${this.answers.indexOf(chosen) + 1} of ${this.answers.length}.` : "Click a digit to see it here.");
  }

  key(event) {
    const by = ARROWS[event.key] ?? { ArrowUp: -this.board.columns, ArrowDown: this.board.columns }[event.key];
    const last = (this.answers?.length ?? 0) - 1, now = this.answers?.indexOf(this.chosen) ?? -1;
    if (by !== undefined && last >= 0) this.choose(now < 0 ? 0 : Math.min(Math.max(now + by, 0), last));
    else if (event.key === "Delete" && this.chosen) this.remove();
    else return;
    event.preventDefault();
  }

  remove() {
    removeAnswer(this.chosen.phone);
  }
}

let wall = null;

/** Open the wall for whoever has the model of this name on the table. */
export default function openWall(model) {
  wall ??= new Wall();
  wall.open(model);
}
