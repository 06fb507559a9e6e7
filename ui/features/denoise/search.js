// The button that searches on from the denoiser's latent, now that kind and level of the noise are known.

import { explainIn } from "../../frontend/lib/explain.js";
import { meanSquaredError, peakSignalToNoise } from "../../frontend/lib/measures.js";
import { FrameByFrame } from "../../frontend/lib/pace.js";
import { button, h } from "../../frontend/lib/paint.js";
import { STEPS, searchClean } from "./known_noise.js";

const BUDGET_MS = 8; // of decoding per frame: half of it is left for what else the page does
const HINT = "Search the latent again, given the kind and level of the noise: the denoiser had to guess both.";

const same = (a, b) => a?.length === b?.length && a.every((v, i) => v === b[i]);

/** The button and what came of it, in `element`; of the lab it uses settings, changeAtOnce(settings), frame. */
export class Search {
  #walk = new FrameByFrame(BUDGET_MS);
  #given = null; // {model, noisy}: what was searched for
  #latent = null; // the best so far
  #step = 0; // so many of STEPS are done

  constructor(lab) {
    this.lab = lab;
    const press = () => lab.changeAtOnce({ searched: !lab.settings.searched });
    this.button = button("Refine", "search for sixteen numbers that explain the noisy picture better, and back", press);
    this.words = h("span", { role: "status" });
    this.bar = h("progress", { max: STEPS, "aria-label": "steps of the search" });
    this.element = h("div", { class: "found" }, this.button, this.words, this.bar);
  }

  /** The latent to show of a model for a noisy image: the denoiser's guess, or the best that was found from there. */
  latent(model, noisy, guess) {
    const { settings } = this.lab;
    if (!settings.searched) {
      this.stop();
      return guess;
    }
    if (this.#given?.model !== model || !same(this.#given.noisy, noisy)) this.#begin(model, noisy, guess);
    return this.#latent;
  }

  #begin(model, noisy, guess) {
    const { settings: { kind, level, mean, mask }, frame } = this.lab, channels = noisy.length / mask.length;
    [this.#given, this.#latent, this.#step] = [{ model, noisy }, guess, 0];
    const seen = Uint8Array.from(noisy, (_, i) => Number(!mask[Math.floor(i / channels)]));
    this.#walk.start(this.#follow(searchClean(model, noisy, { kind, level, mean }, guess, seen)), () => frame.soon());
  }

  *#follow(steps) {
    for (const found of steps) {
      if (found) {
        [this.#latent, this.#step] = [found.latent, found.step];
        this.lab.frame.soon();
      }
      yield;
    }
  }

  /** Say how far the guess and what was found are from the clean image; null where there is no image. */
  show(clean, guess, found) {
    const { searched } = this.lab.settings, isBusy = searched && this.#step < STEPS;
    this.button.setAttribute("aria-pressed", Boolean(searched));
    this.button.disabled = !clean;
    this.bar.hidden = !isBusy;
    this.bar.value = this.#step;
    this.element.dataset.searched = String(searched && !isBusy);
    const error = (image) => `${meanSquaredError(image, clean).toFixed(4)} (${peakSignalToNoise(image, clean).toFixed(1)} dB)`;
    if (!searched || !clean) return this.#say(HINT);
    if (isBusy) return this.#say("Searching …");
    const worse = meanSquaredError(found, clean) > meanSquaredError(guess, clean) ? ", worse this time" : "";
    return this.#say(`Error of the denoiser's guess: ${error(guess)}; after ${STEPS} steps of search: ${error(found)}${worse}.`);
  }

  #say(text) {
    if (this.text !== text) explainIn(this.words, (this.text = text));
  }

  stop() {
    this.#walk.stop();
    this.#given = null;
  }
}
