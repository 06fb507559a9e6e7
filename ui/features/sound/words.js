// Spectrograms in words, for those who do not see them.

import { BINS, HOP, RATE } from "./spectrum.js";

const LOUD = 0.05; // of the loudest frame's power
const BANDS = [[0, 500, "below 500 hertz"], [500, 1500, "from 500 to 1,500 hertz"], [1500, 4001, "above 1,500 hertz"]];
const MOST = 6; // stretches that are named

/** What a spectrum of a sound of so many samples shows: how long it is, when it is loud, and at which frequencies. */
export function describe({ re, im, frames }, length) {
  const powers = new Float64Array(frames), bins = new Float64Array(BINS);
  for (let frame = 0, i = 0; frame < frames; frame++) for (let k = 0; k < BINS; k++, i++) {
    const value = re[i] ** 2 + im[i] ** 2;
    powers[frame] += value;
    bins[k] += value;
  }
  const total = powers.reduce((a, b) => a + b, 0), seconds = (length / RATE).toFixed(1);
  if (!(total > 0)) return `${seconds} seconds, silent`;
  const spread = BANDS.map(([low, high, words]) => {
    const part = bins.reduce((sum, value, k) => sum + ((k * RATE) / 256 >= low && (k * RATE) / 256 < high ? value : 0), 0) / total;
    return `${Math.round(100 * part)} % of its power ${words}`;
  });
  return `${seconds} seconds; ${spread.join(", ")}; loud ${stretches(powers)}`;
}

function stretches(powers) {
  const least = LOUD * powers.reduce((a, b) => Math.max(a, b), 0), found = [];
  powers.forEach((value, frame) => {
    if (value < least) return;
    const last = found.at(-1);
    if (last && frame - last[1] <= 4) last[1] = frame; // a pause of 64 ms is none
    else found.push([frame, frame]);
  });
  const at = (frame) => ((frame * HOP) / RATE).toFixed(1);
  if (found.length > MOST) return `in ${found.length} stretches`;
  return found.map(([first, last]) => `from ${at(first)} to ${at(last)} seconds`).join(", ");
}
