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
  for (let a = 0; a < WINDOW; a += 4) { // the first two rounds turn by right angles only
    const x = REAL[a] + REAL[a + 1], u = REAL[a] - REAL[a + 1], y = IMAGINARY[a] + IMAGINARY[a + 1], v = IMAGINARY[a] - IMAGINARY[a + 1];
    const z = REAL[a + 2] + REAL[a + 3], w = REAL[a + 2] - REAL[a + 3], p = IMAGINARY[a + 2] + IMAGINARY[a + 3], q = IMAGINARY[a + 2] - IMAGINARY[a + 3];
    REAL[a] = x + z;
    IMAGINARY[a] = y + p;
    REAL[a + 2] = x - z;
    IMAGINARY[a + 2] = y - p;
    REAL[a + 1] = u + q;
    IMAGINARY[a + 1] = v - w;
    REAL[a + 3] = u - q;
    IMAGINARY[a + 3] = v + w;
  }
  for (let half = 4; half < WINDOW; half *= 2) {
    const turn = WINDOW / 2 / half;
    for (let j = 0; j < half; j++) {
      const c = COS[j * turn], s = SIN[j * turn];
      for (let a = j; a < WINDOW; a += 2 * half) {
        const b = a + half, x = c * REAL[b] + s * IMAGINARY[b], y = c * IMAGINARY[b] - s * REAL[b];
        REAL[b] = REAL[a] - x;
        IMAGINARY[b] = IMAGINARY[a] - y;
        REAL[a] += x;
        IMAGINARY[a] += y;
      }
    }
  }
}

let padded = new Float64Array(0); // a sound with half a window before it, and more than one after it

function room(frames) {
  const length = (frames + 3) * HOP;
  if (padded.length < length) padded = new Float64Array(length);
  return padded.fill(0, 0, length);
}

/** The spectrum of a sound (samples,), in `out` where one of its size is given. */
export function stft(sound, out = emptySpectrum(framesOf(sound.length))) {
  const { re, im, frames } = out, long = room(frames), factor = 1 / (2 * SCALE);
  long.set(sound, HOP);
  // Two frames at once: one is the real part, the other the imaginary one.
  for (let frame = 0; frame < frames; frame += 2) {
    for (let i = 0, at = frame * HOP; i < WINDOW; i++, at++) {
      const to = REVERSED[i], full = FULL[i];
      REAL[to] = full * long[at];
      IMAGINARY[to] = full * long[at + HOP];
    }
    transform();
    const one = frame * BINS, two = frame + 1 < frames ? one + BINS : one;
    for (let k = 0; k < BINS; k++) {
      const back = (WINDOW - k) % WINDOW;
      re[two + k] = (IMAGINARY[k] + IMAGINARY[back]) * factor;
      im[two + k] = (REAL[back] - REAL[k]) * factor;
      re[one + k] = (REAL[k] + REAL[back]) * factor; // where there is no second frame, over it
      im[one + k] = (IMAGINARY[k] - IMAGINARY[back]) * factor;
    }
  }
  return out;
}

/** The sound (length,) of a spectrum, in `out` where one is given; `length` is at most that of its frames. */
export function istft({ re, im, frames }, length, out = new Float32Array(length)) {
  const long = room(frames), factor = SCALE / WINDOW, ends = [0, WINDOW / 2]; // the frequencies without a phase
  for (let frame = 0; frame < frames; frame += 2) {
    const hasTwo = frame + 1 < frames, one = frame * BINS, two = hasTwo ? one + BINS : one;
    for (let k = 1; k < WINDOW / 2; k++) {
      // The spectrum of a real sound is its own mirror image. Read backwards, the transform is the inverse one.
      const a = re[one + k], b = im[one + k], c = hasTwo ? re[two + k] : 0, d = hasTwo ? im[two + k] : 0;
      const up = REVERSED[WINDOW - k], down = REVERSED[k];
      REAL[up] = a - d;
      IMAGINARY[up] = b + c;
      REAL[down] = a + d;
      IMAGINARY[down] = c - b;
    }
    for (const k of ends) {
      REAL[REVERSED[k]] = re[one + k];
      IMAGINARY[REVERSED[k]] = hasTwo ? re[two + k] : 0;
    }
    transform();
    for (let i = 0, at = frame * HOP; i < WINDOW; i++, at++) {
      const full = FULL[i] * factor;
      long[at] += REAL[i] * full;
      long[at + HOP] += IMAGINARY[i] * full;
    }
  }
  out.set(long.subarray(HOP, HOP + length));
  return out;
}
