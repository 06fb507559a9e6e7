// What a visitor paints on a spectrogram: strokes that erase or keep what they cover.

import { BINS } from "./spectrum.js";

/** What strokes say of each frame and frequency, (frames, 129): 0 erases, 1 keeps, -1 nothing; null where there is no stroke. */
export function paintedOf(strokes, frames) {
  if (!strokes.length) return null;
  const out = new Float32Array(frames * BINS).fill(-1);
  for (const { erases, size, points } of strokes) {
    const places = [];
    for (let i = 0; i < points.length; i += 2) places.push([points[i] * frames - 0.5, points[i + 1] * (BINS - 1)]);
    let [x, y] = places[0];
    for (const [toX, toY] of places) {
      const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) / (size / 2)));
      for (let step = 1; step <= steps; step++) stamp(out, frames, x + ((toX - x) * step) / steps, y + ((toY - y) * step) / steps, size, erases ? 0 : 1);
      [x, y] = [toX, toY];
    }
  }
  return out;
}

function stamp(out, frames, x, y, size, value) {
  for (let frame = Math.max(0, Math.ceil(x - size)); frame <= Math.min(frames - 1, x + size); frame++) {
    const high = Math.sqrt(size * size - (frame - x) ** 2);
    for (let bin = Math.max(0, Math.ceil(y - high)); bin <= Math.min(BINS - 1, y + high); bin++) out[frame * BINS + bin] = value;
  }
}

/** Fewer points of a stroke, about evenly spaced, at most so many; in fractions of 1, four digits each. */
export function thinned(points, most) {
  const count = points.length / 2, kept = Math.min(count, most);
  return Array.from({ length: kept }, (_, i) => (kept > 1 ? Math.round((i * (count - 1)) / (kept - 1)) : 0)).flatMap((i) => [points[2 * i], points[2 * i + 1]]);
}
