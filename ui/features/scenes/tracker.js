// Follows the digits of a film. Mirrors `aecore/tasks/tracker.py`, which explains the constants.

import { assign } from "./assignment.js";
import { covered, middleOf, moved, overlap } from "./boxes.js";
import { ownCrops } from "./crops.js";
import { CONFIDENT, readScene } from "./reader.js";

const DIGITS = 10, NEVER = 1e6;
const REACH = 10, REACH_UNSEEN = 1, LATENT_WEIGHT = 8, LATENT_MOST = 6, CLASS_WEIGHT = 6;
const GAIN = 0.5, BOUNCE = 6, LEARN = 0.5, RIVAL = 1, STRONG = 0.6, INSIDE = 0.7, MEETING = 0.35, HIDDEN = 0.5, UNSURE = 0.3;
const KEEP = 2, KEEP_HIDDEN = 10, SHOWN = 2, BIRTH = 0.35, BIRTH_AMONG = 0.5, TWICE = 0.5;
const FAINT = 0.1, FAINT_OVERLAP = 0.2;

class State {
  constructor(id, { box, digit, score }, latent, confirmed) {
    Object.assign(this, { id, box, latent, confirmed, velocity: [0, 0], seen: 1, unseen: 0 });
    this.votes = Array(DIGITS).fill(0.01);
    this.votes[digit] += score;
  }

  /** The likeliest digit. */
  get digit() {
    return this.votes.indexOf(Math.max(...this.votes));
  }

  /** How badly a detection fits, in pixels. */
  cost({ box, digit }, latent) {
    const away = Math.hypot(...this.difference(box));
    if (away > REACH + REACH_UNSEEN * this.unseen) return NEVER;
    const apart = this.latent.reduce((sum, value, i) => sum + (value - latent[i]) ** 2, 0) / latent.length;
    const doubt = 1 - this.votes[digit] / this.votes.reduce((a, b) => a + b, 0);
    return away + Math.min(LATENT_WEIGHT * apart, LATENT_MOST) + CLASS_WEIGHT * doubt;
  }

  /** How far a detection of a low score is from where this digit is expected. */
  faintCost({ box, digit }) {
    const fits = digit === this.digit && this.unseen <= KEEP && overlap(this.box, box) >= FAINT_OVERLAP;
    return fits ? Math.hypot(...this.difference(box)) : NEVER;
  }

  // From where it is expected to where a box is.
  difference(box) {
    return [0, 1].map((i) => (box[i] - this.box[i]) / 2 + (box[i + 2] - this.box[i + 2]) / 2);
  }

  see({ box, digit, score }, alone, latent = null) {
    const difference = this.difference(box).map((one) => one / (this.unseen + 1));
    this.velocity = this.velocity.map((v, i) => v + (Math.abs(difference[i]) > BOUNCE || this.seen === 1 ? 1 : GAIN) * difference[i]);
    this.box = box;
    if (alone && latent) this.latent = this.latent.map((value, i) => value + LEARN * (latent[i] - value));
    this.votes[digit] += score * (alone ? 1 : UNSURE);
    Object.assign(this, { seen: this.seen + 1, unseen: 0, confirmed: true });
  }
}

/** Gives the digits of a film identities, which they keep while they are hidden behind each other. */
export class Tracker {
  #states = [];
  #born = 0;
  assignment = null; // of the last frame: {expected, found, cost, pairs}

  constructor(reader, autoencoder) {
    Object.assign(this, { reader, autoencoder });
  }

  /** The digits {id, box, digit, latent} of the film's next frame {data, height, width}, and what was read of it. */
  update(frame) {
    const all = readScene(this.reader, frame, FAINT), { classes } = all;
    const found = all.found.filter(({ score }) => score >= CONFIDENT), faint = all.found.slice(found.length);
    const latents = ownCrops(frame, found, classes).map(({ image }) => this.autoencoder.encode(image));
    return { tracks: this.follow(found, latents, frame, faint), read: { ...all, found }, latents };
  }

  /** The digits in the next frame, of this size, where these were found with these latents, and others faintly. */
  follow(found, latents, { height, width }, faint = []) {
    const all = latents.map((latent) => Array.from(latent));
    const coveredBy = (one, rival) => covered(one.box, found.filter((other) => other !== one && other.score >= rival * one.score).map(({ box }) => box));
    const alone = found.map((one) => coveredBy(one, RIVAL) <= MEETING);
    const isPart = found.map((one) => coveredBy(one, STRONG) > INSIDE);
    for (const state of this.#states) state.box = moved(state.box, ...state.velocity);
    const cost = this.#states.map((state) => found.map((one, j) => state.cost(one, all[j])));
    const expected = this.#states.map(({ id, box, digit }) => ({ id, box, digit }));
    const pairs = new Map(assign(cost).filter(([i, j]) => cost[i][j] < NEVER));
    this.assignment = { expected, found, cost, pairs };
    for (const [i, j] of pairs) this.#states[i].see(found[j], alone[j], all[j]);
    const lost = this.#states.filter((_, i) => !pairs.has(i));
    const faintCost = lost.map((state) => faint.map((one) => state.faintCost(one)));
    const pairsOfLost = new Map(assign(faintCost).filter(([i, j]) => faintCost[i][j] < NEVER));
    lost.forEach((state, i) => {
      if (pairsOfLost.has(i)) state.see(faint[pairsOfLost.get(i)], false);
      else state.unseen += 1;
    });
    this.#states = this.#states.filter((state) => this.#isRemembered(state, [height, width]));
    const first = !this.#states.length, taken = new Set(pairs.values());
    found.forEach((one, j) => {
      if (!taken.has(j) && (first || !isPart[j])) this.#begin(one, all[j], alone[j], first);
    });
    const shown = this.#states.filter((state) => state.confirmed && (!state.unseen || (state.seen >= SHOWN && this.#isHidden(state))));
    return shown.map(({ id, box, digit, latent }) => ({ id, box, digit, latent }));
  }

  #isHidden(state) {
    const others = this.#states.filter((other) => other !== state && !other.unseen);
    return covered(state.box, others.map(({ box }) => box)) > HIDDEN;
  }

  #isRemembered(state, size) {
    if (!state.unseen) return true;
    if (!state.confirmed || !middleOf(state.box).every((m, i) => m >= 0 && m < size[i])) return false;
    return state.unseen <= (this.#isHidden(state) ? KEEP_HIDDEN : KEEP);
  }

  #begin(one, latent, alone, first) {
    if (one.score < (alone ? BIRTH : BIRTH_AMONG) || this.#states.some(({ box }) => overlap(one.box, box) > TWICE)) return;
    this.#states.push(new State(this.#born++, one, latent, alone || first));
  }
}
