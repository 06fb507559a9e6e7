// The level of sounds at 8 kHz, and what lies below all voices: mirrors `aecore/data/sounds.py`, which says more.

import { RATE } from "./spectrum.js";

export const LEVEL = 0.1; // root mean square of a sound at the usual level; full scale is 1
const SILENT = 1e-7, SOUNDING = 0.01, PIECE = 160, ENDS = 400;
const RUMBLE = 45; // Hz

// A Butterworth filter of second order that lets pass what is above RUMBLE, by the bilinear transform.
const [B0, A1, A2] = (() => {
  const k = Math.tan((Math.PI * RUMBLE) / RATE), norm = 1 / (1 + Math.SQRT2 * k + k * k);
  return [norm, 2 * (k * k - 1) * norm, (1 - Math.SQRT2 * k + k * k) * norm];
})();

export const power = (sound) => {
  let sum = 0;
  for (let i = 0; i < sound.length; i++) sum += sound[i] * sound[i];
  return sum;
};

/** The root mean square of a sound, 0 of an empty one. */
export const loudness = (sound) => (sound.length ? Math.sqrt(power(sound) / sound.length) : 0);

/** The factor that brings a root mean square to `level`; 1 where it is that of silence. */
export const gainOf = (loud, level = LEVEL) => (loud > SILENT ? level / loud : 1);

/** The factor of noise that brings its power `ratio` dB below the sound's; 0 where one of the two is silent. */
export function noiseFactor(loud, other, ratio) {
  return loud <= SILENT || other <= SILENT ? 0 : (loud / other) * 10 ** (-ratio / 20);
}

export const isSilent = (sound) => loudness(sound) <= SILENT;

/** A sound times a factor. */
export const scaled = (sound, factor) => sound.map((value) => value * factor);

/** A sound plus `factor` times another one. */
export function added(sound, other, factor) {
  const out = new Float32Array(sound.length);
  for (let i = 0; i < out.length; i++) out[i] = sound[i] + factor * other[i];
  return out;
}

/** A sound without what is below 45 Hz; all else keeps its place in time. */
export function withoutRumble(sound) {
  const { length } = sound;
  if (!length) return sound;
  const ends = Math.min(ENDS, length - 1), long = new Float64Array(length + 2 * ends);
  for (let i = 0; i < ends; i++) {
    long[i] = 2 * sound[0] - sound[ends - i];
    long[ends + length + i] = 2 * sound[length - 1] - sound[length - 2 - i];
  }
  long.set(sound, ends);
  filter(long);
  long.reverse();
  filter(long);
  return Float32Array.from(long.reverse().subarray(ends, ends + length));
}

function filter(values) {
  let [one, two] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i], y = B0 * x + one;
    one = -2 * B0 * x - A1 * y + two;
    two = B0 * x - A2 * y;
    values[i] = y;
  }
}

/** From where to where a recording sounds, [start, stop]; all of it where it is silent. */
export function sounding(sound) {
  const pieces = Math.ceil(sound.length / PIECE), powers = Array.from({ length: pieces }, (_, i) => power(sound.subarray(i * PIECE, (i + 1) * PIECE)));
  const most = powers.reduce((a, b) => Math.max(a, b), 0), isLoud = (value) => value > SOUNDING * most;
  const first = powers.findIndex(isLoud), last = powers.findLastIndex(isLoud);
  return first < 0 ? [0, sound.length] : [first * PIECE, Math.min(sound.length, (last + 1) * PIECE)];
}
