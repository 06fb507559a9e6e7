// The latents of all recordings of spoken digits, and where they lie on a map: read from the file that
// `aecore/latent/voice_map.py` writes.

import { fetchFile, readSafetensors } from "../../frontend/engine/files.js";
import { quantise } from "../../frontend/lib/latent.js";

export const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

export class SpokenMap {
  /** A promise of the map at an address; throws an Error. */
  static async load(url) {
    const response = await fetchFile(url);
    if (!response.ok) throw new Error(`the map could not be loaded (HTTP ${response.status})`);
    return new SpokenMap(await response.arrayBuffer());
  }

  constructor(buffer) {
    const { tensors, metadata } = readSafetensors(buffer), { latents, digits, speakers, points } = tensors;
    Object.assign(this, { latents, digits, speakers, count: digits.length, size: latents.length / digits.length });
    this.points = Float32Array.from(points, (value) => value / 32767);
    this.names = metadata.names.split(" ").map((name) => name[0].toUpperCase() + name.slice(1));
  }

  /** The latent of a recording. */
  latent(i) {
    return Array.from(this.latents.subarray(i * this.size, (i + 1) * this.size), quantise);
  }

  /** What a recording is called: "three, said by George". */
  title(i) {
    return `${NAMES[this.digits[i]]}, said by ${this.names[this.speakers[i]]}`;
  }

  /** The first recording of a digit by a speaker: of the test's. */
  find(digit, speaker) {
    return Math.max(this.digits.findIndex((one, i) => one === digit && this.speakers[i] === speaker), 0);
  }

  /** The digit of most of the so many recordings whose latents are nearest to one. */
  digitOf(latent, votes) {
    const far = Float64Array.from({ length: this.count }, (_, i) => latent.reduce((sum, value, k) => sum + (value - this.latents[i * this.size + k]) ** 2, 0));
    const nearest = Array.from(far.keys()).sort((a, b) => far[a] - far[b]).slice(0, votes), counts = Array(NAMES.length).fill(0);
    for (const i of nearest) counts[this.digits[i]]++;
    return counts.indexOf(Math.max(...counts));
  }

  /** The recording nearest to a place [x, y] of the map, for which `wanted(i)` holds; -1 for none. */
  nearest([x, y], wanted = () => true) {
    let [best, least] = [-1, Infinity];
    for (let i = 0; i < this.count; i++) {
      const away = (this.points[2 * i] - x) ** 2 + (this.points[2 * i + 1] - y) ** 2;
      if (away < least && wanted(i)) [best, least] = [i, away];
    }
    return best;
  }
}
