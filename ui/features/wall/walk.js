// What is made of all answers: their mean, and a walk from each to the one nearest to it that was not visited yet.

import { interpolate } from "../../frontend/lib/interpolation.js";
import { eased } from "../../frontend/lib/talk_scene.js";

const [SLOWEST_MS, FASTEST_MS, ROUND_MS] = [900, 160, 60_000]; // from one to the next; for all of them

/** The mean latent of answers; null without any. */
export function meanOf(answers) {
  if (!answers.length) return null;
  const sum = new Float64Array(answers[0].latent.length);
  for (const { latent } of answers) latent.forEach((v, i) => (sum[i] += v));
  return Float32Array.from(sum, (v) => v / answers.length);
}

export class Walk {
  #visited = new Set();
  #from = null;
  #to = null;
  #begun = 0;

  /** The latent where the walk is; `answers` may have changed since. null without any. */
  at(now, answers) {
    if (!answers.length) return null;
    if (!this.#from) this.#next(now, answers, answers[0]);
    const time = Math.min(Math.max(ROUND_MS / answers.length, FASTEST_MS), SLOWEST_MS);
    if (now - this.#begun >= time) this.#next(now, answers, this.#to);
    return interpolate([this.#from.latent, this.#to.latent], eased(Math.min((now - this.#begun) / time, 1)));
  }

  /** How many were visited on this round. */
  get count() {
    return this.#visited.size;
  }

  again() {
    this.#from = null;
    this.#visited.clear();
  }

  #next(now, answers, from) {
    let left = answers.filter((one) => !this.#visited.has(one) && one !== from);
    if (!left.length) {
      this.#visited.clear();
      left = answers.filter((one) => one !== from);
    }
    this.#visited.add(from);
    const distance = ({ latent }) => latent.reduce((sum, v, i) => sum + (v - from.latent[i]) ** 2, 0);
    let [best, nearest] = [from, Infinity];
    for (const one of left) {
      const far = distance(one);
      if (far < nearest) [best, nearest] = [one, far];
    }
    [this.#from, this.#to, this.#begun] = [from, best, now];
  }
}
