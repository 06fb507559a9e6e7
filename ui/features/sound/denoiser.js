// Takes the noise out of a voice: mirrors `aecore/tasks/voice_denoise.py`, which says more. The network draws a mask for 128
// frames at a time, so that a long sound is cleaned window by window.

import { BINS } from "./spectrum.js";

export const LEVEL = 1; // root mean square of what the network hears
export const [FRAMES, FREQUENCIES] = [128, BINS - 1];
const STEP = 64, GAIN = 20, UNIT = 3;

/** For a sound of 128 frames or more: [where a window begins, the first frame of its own, the one after its last]. */
export function windows(total) {
  const starts = [];
  for (let first = 0; first < total - FRAMES; first += STEP) starts.push(first);
  starts.push(total - FRAMES);
  const borders = [0, ...starts.slice(1).map((b, i) => Math.floor((starts[i] + b + FRAMES) / 2)), total];
  return starts.map((first, i) => [first, borders[i], borders[i + 1]]);
}

/** What the network sees of 128 frames from `first` on: (128 frames, 128 frequencies); a short sound is repeated. */
export function seen({ re, im, frames }, gain, first = 0) {
  const out = new Float32Array(FRAMES * FREQUENCIES), factor = GAIN * gain;
  for (let frame = 0, to = 0; frame < Math.min(frames, FRAMES); frame++) {
    const from = (first + frame) * BINS;
    for (let k = 0; k < FREQUENCIES; k++, to++) out[to] = Math.log(1 + factor * Math.sqrt(re[from + k] ** 2 + im[from + k] ** 2)) / UNIT;
  }
  for (let frame = frames; frame < FRAMES; frame += frames) out.copyWithin(frame * FREQUENCIES, 0, frames * FREQUENCIES);
  return out;
}

/**
 * Fill the mask (frames, 129) of a spectrum, `gain` times which is of the usual level, window by window: yields the
 * frames [start, stop] that are done.
 */
export function* masking(model, spectrum, gain, mask) {
  const { frames } = spectrum;
  for (const [first, start, stop] of windows(Math.max(frames, FRAMES))) {
    const end = Math.min(stop, frames), sound = { data: seen(spectrum, gain, first), height: FRAMES, width: FREQUENCIES };
    const { data } = model.run({ sound }, "mask", frames < FRAMES ? frames : undefined);
    for (let frame = start; frame < end; frame++) {
      const from = (frame - first) * FREQUENCIES, to = frame * BINS;
      mask.set(data.subarray(from, from + FREQUENCIES), to);
      mask[to + FREQUENCIES] = mask[to + FREQUENCIES - 1];
    }
    yield [start, end];
  }
}
