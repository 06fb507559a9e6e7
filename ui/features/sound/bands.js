// Spectrograms of 64 bands as pictures, from sounds and back: mirrors `aecore/core/bands.py`, which says more. A picture is
// (64 frames, 64 bands), row by row.

import { BINS, HOP, emptySpectrum, istft, stft } from "./spectrum.js";

export const [BANDS, FRAMES] = [64, 64];
export const LENGTH = FRAMES * HOP; // samples, 1.024 s
const NARROW = 32; // bands of one frequency each
const GAIN = 20, UNIT = 6;
const MOMENTUM = 0.99;
const STEPS = 16; // of the search for phases

// The centre of each band, as the number of a frequency.
const CENTRES = (() => {
  const wide = BANDS - NARROW, sum = (factor) => Array.from({ length: wide }, (_, i) => factor ** (i + 1)).reduce((a, b) => a + b);
  let [low, high] = [1, 1.2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    [low, high] = NARROW + sum(middle) < BINS - 2 ? [middle, high] : [low, middle];
  }
  const out = Array.from({ length: NARROW }, (_, i) => i + 1);
  for (let i = 1, at = NARROW; i <= wide; i++) out.push((at += low ** i));
  return out;
})();

// From power at each frequency to mean power in each band: [first frequency, weights] of its triangle.
const POOLING = CENTRES.map((middle, band) => {
  const left = band ? CENTRES[band - 1] : 0, right = CENTRES[band + 1] ?? BINS - 1;
  const weights = Array.from({ length: BINS }, (_, k) => Math.max(0, Math.min((k - left) / (middle - left), (right - k) / (right - middle))));
  const sum = weights.reduce((a, b) => a + b), first = weights.findIndex((weight) => weight > 0);
  return [first, weights.slice(first, weights.findLastIndex((weight) => weight > 0) + 1).map((weight) => weight / sum)];
});

// From magnitudes in bands to those at frequencies: [band, part of the next one], linear between them; none for a constant.
const SPREADING = Array.from({ length: BINS }, (_, k) => {
  const band = CENTRES.findLastIndex((centre) => centre <= k);
  if (k === 0) return null;
  if (band < 0 || band === BANDS - 1) return [Math.max(band, 0), 0];
  return [band, (k - CENTRES[band]) / (CENTRES[band + 1] - CENTRES[band])];
});

/** The picture of a sound (8192,). */
export function pictureOf(sound) {
  const { re, im } = stft(sound), out = new Float32Array(FRAMES * BANDS);
  for (let frame = 0, to = 0; frame < FRAMES; frame++) {
    const row = frame * BINS;
    for (const [first, weights] of POOLING) {
      let power = 0;
      for (let i = 0, at = row + first; i < weights.length; i++, at++) power += weights[i] * (re[at] * re[at] + im[at] * im[at]);
      out[to++] = Math.log1p(GAIN * Math.sqrt(power)) / UNIT;
    }
  }
  return out;
}

/** The magnitudes (65 frames, 129) that a picture shows; the last frame is silent. */
export function magnitudesOf(picture) {
  const out = new Float32Array((FRAMES + 1) * BINS), loud = new Float64Array(BANDS);
  for (let frame = 0; frame < FRAMES; frame++) {
    for (let band = 0; band < BANDS; band++) loud[band] = Math.expm1(UNIT * Math.min(Math.max(picture[frame * BANDS + band], 0), 1.5)) / GAIN;
    for (let k = 1; k < BINS; k++) {
      const [band, part] = SPREADING[k];
      out[frame * BINS + k] = part ? (1 - part) * loud[band] + part * loud[band + 1] : loud[band];
    }
  }
  return out;
}

// The phases with which the search begins: those of steady tones, far apart for neighbours.
const START = (() => {
  const out = emptySpectrum(FRAMES + 1);
  for (let frame = 0, i = 0; frame <= FRAMES; frame++) for (let k = 0; k < BINS; k++, i++) {
    const angle = 2 * Math.PI * (((frame * k) % 2) / 2 + ((k * k * 0.6180339887) % 1));
    [out.re[i], out.im[i]] = [Math.cos(angle), Math.sin(angle)];
  }
  return out;
})();

/** A sound (8192,) whose spectrum has nearly these magnitudes (65, 129): the same ones give the same sound. */
export function heard(wanted, steps = STEPS) {
  const spectrum = emptySpectrum(FRAMES + 1), sound = new Float32Array(LENGTH);
  for (let i = 0; i < wanted.length; i++) {
    spectrum.re[i] = wanted[i] * START.re[i];
    spectrum.im[i] = wanted[i] * START.im[i];
  }
  let [found, before] = [emptySpectrum(FRAMES + 1), { re: spectrum.re.slice(), im: spectrum.im.slice(), frames: FRAMES + 1 }];
  for (let step = 0; step < steps; step++) {
    stft(istft(spectrum, LENGTH, sound), found);
    for (let i = 0; i < wanted.length; i++) {
      const re = found.re[i] + MOMENTUM * (found.re[i] - before.re[i]), im = found.im[i] + MOMENTUM * (found.im[i] - before.im[i]);
      const size = Math.sqrt(re * re + im * im);
      spectrum.re[i] = size ? (wanted[i] * re) / size : wanted[i];
      spectrum.im[i] = size ? (wanted[i] * im) / size : 0;
    }
    [found, before] = [before, found];
  }
  return istft(spectrum, LENGTH, sound);
}
