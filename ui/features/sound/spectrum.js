// The short-time Fourier transform of sounds at 8 kHz, and its inverse: mirrors `aecore/core/spectrum.py`, which says more.
// A spectrum is {re, im, frames}: two Float32Arrays (frames, 129), row by row.

export const RATE = 8000; // samples a second
export const [WINDOW, HOP] = [256, 128]; // samples
export const BINS = WINDOW / 2 + 1;
const SCALE = Math.sqrt(WINDOW / 2); // of the window's energy
const FULL = Float64Array.from({ length: WINDOW }, (_, i) => Math.sin((Math.PI * i) / WINDOW));
const COS = Float64Array.from({ length: WINDOW / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / WINDOW));
const SIN = Float64Array.from({ length: WINDOW / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / WINDOW));
const REVERSED = Uint8Array.from({ length: WINDOW }, (_, i) => {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) out |= ((i >> bit) & 1) << (7 - bit);
  return out;
});
const [REAL, IMAGINARY] = [new Float64Array(WINDOW), new Float64Array(WINDOW)]; // in which a transform is made

/** How many frames a sound of so many samples has. */
export const framesOf = (length) => Math.ceil(length / HOP) + 1;

export const emptySpectrum = (frames) => ({ re: new Float32Array(frames * BINS), im: new Float32Array(frames * BINS), frames });

// Transform REAL + i IMAGINARY, whose numbers lie in bit-reversed order, in place.
function transform() {
  for (let half = 1; half < WINDOW; half *= 2) {
    const turn = WINDOW / 2 / half;
    for (let j = 0; j < half; j++) {
      const [c, s] = [COS[j * turn], -SIN[j * turn]];
      for (let a = j; a < WINDOW; a += 2 * half) {
        const b = a + half, x = c * REAL[b] - s * IMAGINARY[b], y = c * IMAGINARY[b] + s * REAL[b];
        REAL[b] = REAL[a] - x;
        IMAGINARY[b] = IMAGINARY[a] - y;
        REAL[a] += x;
        IMAGINARY[a] += y;
      }
    }
  }
}

/** The spectrum of a sound (samples,), in `out` where one of its size is given. */
export function stft(sound, out = emptySpectrum(framesOf(sound.length))) {
  const { re, im, frames } = out;
  // Two frames at once: one is the real part, the other the imaginary one.
  for (let frame = 0; frame < frames; frame += 2) {
    for (let i = 0, at = (frame - 1) * HOP; i < WINDOW; i++, at++) {
      const to = REVERSED[i];
      REAL[to] = FULL[i] * (sound[at] ?? 0);
      IMAGINARY[to] = FULL[i] * (sound[at + HOP] ?? 0);
    }
    transform();
    const isLast = frame + 1 === frames;
    for (let k = 0, one = frame * BINS; k < BINS; k++, one++) {
      const back = (WINDOW - k) % WINDOW;
      re[one] = (REAL[k] + REAL[back]) / 2 / SCALE;
      im[one] = (IMAGINARY[k] - IMAGINARY[back]) / 2 / SCALE;
      if (isLast) continue;
      re[one + BINS] = (IMAGINARY[k] + IMAGINARY[back]) / 2 / SCALE;
      im[one + BINS] = (REAL[back] - REAL[k]) / 2 / SCALE;
    }
  }
  return out;
}

/** The sound (length,) of a spectrum, in `out` where one is given; `length` is at most that of its frames. */
export function istft({ re, im, frames }, length, out = new Float32Array(length)) {
  out.fill(0);
  const factor = SCALE / WINDOW;
  const add = (value, at) => {
    if (at >= 0 && at < length) out[at] += value;
  };
  for (let frame = 0; frame < frames; frame += 2) {
    const isLast = frame + 1 === frames;
    for (let k = 0, one = frame * BINS; k < WINDOW; k++) {
      const bin = k < BINS ? k : WINDOW - k, at = one + bin, to = REVERSED[(WINDOW - k) % WINDOW]; // backwards: the inverse
      const sign = bin === 0 || bin === WINDOW / 2 ? 0 : k < BINS ? 1 : -1; // of the imaginary part
      const [a, b] = [re[at], sign * im[at]], [c, d] = isLast ? [0, 0] : [re[at + BINS], sign * im[at + BINS]];
      REAL[to] = a - d;
      IMAGINARY[to] = b + c;
    }
    transform();
    for (let i = 0, at = (frame - 1) * HOP; i < WINDOW; i++, at++) {
      add(REAL[i] * FULL[i] * factor, at);
      add(IMAGINARY[i] * FULL[i] * factor, at + HOP);
    }
  }
  return out;
}
