// The network with a wide latent, beside those of sixteen numbers: it shows what their bottleneck costs.
//
// It is fetched when the others are there and its panel is near, and computed once their pictures are painted.

import { loadModel } from "../../frontend/engine/engine.js";
import { explainIn } from "../../frontend/lib/explain.js";
import { comesNear, NextTurn } from "../../frontend/lib/pace.js";
import { h } from "../../frontend/lib/paint.js";
import { Panel } from "./panel.js";

const REST = 3; // times as long as the network took, it is not run again: the others keep their pace on a slow phone, too
const TITLE = "A wide latent";

const subtitle = (numbers) => `${numbers} numbers, not sixteen`;
const meaning = (numbers) =>
  `The wide latent is a map of ${numbers} numbers, and takes no part in the choice of the best. How much closer it comes than the denoiser is what a bottleneck of sixteen numbers costs. ` +
  "What that gives: sixteen numbers can be moved by sliders, drawn at random and laid out on a map; these cannot.";

/** Its panel, and a sentence; of the lab it uses image, addRedraw(). */
export class WideLatent {
  panel = new Panel("wide", TITLE, "…", { of: "output" });
  #text = h("p", { class: "meaning" });
  words = h("div", { class: "bottleneck" }, this.#text);
  #turn = new NextTurn(() => this.#goOn());
  #url = null;
  #model = null;
  #asked = null; // the address that is fetched
  #noisy = null;
  #walk = null; // the steps that are left
  #spent = 0; // milliseconds, on those before
  #free = 0; // when the next ones may be taken
  #isDue = false; // the image has changed since they began

  constructor(lab) {
    this.lab = lab;
    this.#show(null);
  }

  /** Show the network of this description {url, numbers} from now on, null for none. */
  describe(known) {
    if ((known?.url ?? null) === this.#url) return;
    [this.#url, this.#model] = [known?.url ?? null, null];
    this.#show(known);
  }

  #show(known) {
    for (const element of [this.panel.figure, this.words]) element.hidden = !known;
    if (!known) return;
    explainIn(this.panel.subtitle, subtitle(known.numbers));
    explainIn(this.#text, meaning(known.numbers));
  }

  get isShown() {
    return !this.words.hidden;
  }

  /** Put the sentence below the pictures, or beside the last one where it is alone in its row. */
  fillRow(columns, last) {
    this.words.style.gridColumn = last === 1 ? `span ${columns - 1}` : "1 / -1";
  }

  /** Fetch the network, now that the others are there. */
  async load() {
    const url = this.#url;
    if (!url || url === this.#asked) return;
    this.#asked = url;
    try {
      await comesNear(this.panel.figure);
      const model = await (await loadModel(url)).whole;
      if (url !== this.#url) return;
      this.#model = model;
      this.#soon();
      this.lab.addRedraw();
    } catch (error) {
      explainIn(this.#text, `The network with a wide latent is missing here: ${error.message}. Reload the page to try again.`);
    }
  }

  /** By name, a function that redraws an image: none where the network is not here. */
  get redraws() {
    const redraw = (image) => this.#model.run({ image }, "decoder").map((value) => Math.min(Math.max(value, 0), 1));
    return this.#model ? { [TITLE]: redraw } : {};
  }

  /** Show, once all others are painted, what the network makes of an image, null for none. */
  show(noisy) {
    this.#noisy = noisy;
    if (!noisy) this.panel.show(null);
    else if (this.#model) this.#soon();
  }

  #soon() {
    this.#isDue = true;
    this.#turn.soon();
  }

  #goOn() {
    const start = performance.now();
    if (start < this.#free) return this.#turn.inNextFrame();
    if (!this.#walk) [this.#walk, this.#spent, this.#isDue] = [this.#steps(), 0, false];
    const { done } = this.#walk.next();
    this.#spent += performance.now() - start;
    if (!done) return this.#turn.soon();
    [this.#walk, this.#free] = [null, performance.now() + REST * this.#spent];
    if (this.#isDue) this.#turn.soon();
  }

  stop() {
    this.#turn.cancel();
  }

  *#steps() {
    const [model, noisy, { image }] = [this.#model, this.#noisy, this.lab], redraw = this.redraws[TITLE];
    if (!redraw || !noisy || noisy.length !== model.spec.inputs.image.reduce((a, b) => a * b)) return;
    for (const name of Object.keys(model.spec.networks)) yield model.run.ahead({ image: noisy }, name);
    if (this.#noisy) yield this.panel.show(redraw(noisy), image); // the networks are not run again
  }
}
