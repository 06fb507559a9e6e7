// What the latent is taken for: ten bars, the probabilities that a small network gives each digit. It sees nothing but
// the numbers on the sliders (`aecore.tasks.classify`).

import { h, say } from "../../frontend/lib/paint.js";
import { percent, readerOf } from "../../frontend/lib/reading.js";

const DIGITS = 10;

export class Head {
  #described = null;
  #run = null; // (latent) -> probabilities, once it is there

  constructor() {
    this.bars = Array.from({ length: DIGITS }, (_, digit) => h("div", {}, h("i"), h("span", {}, String(digit))));
    this.verdict = h("strong", { "data-testid": "read-as" });
    this.accuracy = h("small");
    this.picture = h("div", { role: "img", "data-testid": "head" }, ...this.bars);
    this.element = h("section", { class: "head", "data-part": "latent", hidden: true }, h("h2", {}, h("span", {}, "The numbers "), "read as ", this.verdict), this.picture, this.accuracy);
    this.#empty();
  }

  /** Take the description of a model's head, {url, accuracy}; null where the model has none. */
  use(described) {
    this.element.hidden = !described;
    this.#run = null;
    this.#described = described;
    this.#empty();
    if (described) say(this.accuracy, `by a network that sees the latent alone; right for ${(100 * described.accuracy).toFixed(1)} % of test digits`);
  }

  /** Load the network, after what the page needs first; `then` is called when it is there. */
  async load(then) {
    const head = this.#described, read = await readerOf({ head }); // the sliders work without it
    if (!read || head?.url !== this.#described?.url) return;
    this.#run = read;
    then();
  }

  show(latent) {
    if (!this.#run) return;
    const probabilities = Array.from(this.#run(latent)), order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const [first, second] = order;
    for (const [digit, bar] of this.bars.entries()) {
      bar.style.setProperty("--height", probabilities[digit].toFixed(2));
      bar.classList.toggle("first", digit === first);
    }
    say(this.verdict, `${first}: ${percent(probabilities[first])}`);
    this.picture.setAttribute("aria-label", `The numbers read as ${first}: ${percent(probabilities[first])}; ${second}: ${percent(probabilities[second])}`);
  }

  #empty() {
    for (const bar of this.bars) {
      bar.style.setProperty("--height", "0");
      bar.classList.remove("first");
    }
    say(this.verdict, "…");
    this.picture.setAttribute("aria-label", "What the numbers read as is not known yet");
  }
}
