// MOTA and IDF1 of tracks, frame by frame. Mirrors `aecore/evaluation/track_measures.py`.

import { assign } from "./assignment.js";
import { overlap } from "./boxes.js";

const ENOUGH = 0.5, NEVER = 1e6;

/** Counts over the frames of a film so far. */
export class Tracked {
  there = 0;
  found = 0;
  missed = 0;
  false = 0;
  switched = 0;
  #before = new Map(); // true identity -> the found one that it matched last
  #pairs = new Map(); // true identity -> found identity -> in how many frames they fit

  /** Take the next frame: digits {id, box} that are there, and those that were found. */
  add(there, found) {
    const fit = there.map((one) => found.map((other) => overlap(one.box, other.box)));
    fit.forEach((row, i) => row.forEach((value, j) => value >= ENOUGH && this.#count(there[i].id, found[j].id)));
    const now = this.#matches(there, found, fit);
    this.there += there.length;
    this.found += found.length;
    this.missed += there.length - now.size;
    this.false += found.length - now.size;
    for (const [one, other] of now) {
      if ((this.#before.get(one) ?? other) !== other) this.switched += 1;
      this.#before.set(one, other);
    }
  }

  #count(one, other) {
    const row = this.#pairs.get(one) ?? new Map();
    this.#pairs.set(one, row.set(other, (row.get(other) ?? 0) + 1));
  }

  #matches(there, found, fit) {
    const now = new Map();
    there.forEach(({ id }, i) => {
      const j = found.findIndex((other) => other.id === this.#before.get(id));
      if (j >= 0 && fit[i][j] >= ENOUGH) now.set(id, found[j].id);
    });
    const taken = new Set(now.values());
    const rows = there.flatMap(({ id }, i) => (now.has(id) ? [] : [i]));
    const columns = found.flatMap(({ id }, j) => (taken.has(id) ? [] : [j]));
    const cost = rows.map((i) => columns.map((j) => (fit[i][j] >= ENOUGH ? 1 - fit[i][j] : NEVER)));
    for (const [i, j] of assign(cost)) if (cost[i][j] < NEVER) now.set(there[rows[i]].id, found[columns[j]].id);
    return now;
  }

  /** 1 - (missed + false + switched identities) / there. */
  get mota() {
    return 1 - (this.missed + this.false + this.switched) / Math.max(this.there, 1);
  }

  /** The F1 score of the one-to-one assignment of identities that is best over the film. */
  get idf1() {
    const made = [...new Set([...this.#pairs.values()].flatMap((row) => [...row.keys()]))];
    const counts = [...this.#pairs.values()].map((row) => made.map((other) => row.get(other) ?? 0));
    const identified = assign(counts.map((row) => row.map((n) => -n))).reduce((sum, [i, j]) => sum + counts[i][j], 0);
    return (2 * identified) / Math.max(this.there + this.found, 1);
  }
}
