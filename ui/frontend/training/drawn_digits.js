// Digits that the page draws itself: the strokes of the ten sample digits with another slant, size, bend and pen each time,
// in MNIST's size and weight. `aecore/data/synthetic.py` draws the same kind of digits with Python's pen.

import { generator } from "../lib/corruption.js";

const SIDE = 28, DIGIT = 20; // pixels: of an image, and of a digit's longest side
const CURVE = 8; // segments of a curve
const [THIN, THICK] = [1.9, 3.3]; // pixels, of the pen

/** The points of SVG paths of lines and cubic curves, a list of [x, y] for each. */
export function linesOf(paths) {
  return paths.map((path) => {
    const points = [];
    for (const [, letter, text] of path.matchAll(/([MLC])([^MLC]*)/g)) {
      const numbers = text.trim().split(/[\s,]+/).map(Number), control = numbers.flatMap((v, i) => (i % 2 ? [] : [[v, numbers[i + 1]]]));
      if (letter !== "C") points.push(...control);
      else for (let from = points.at(-1), i = 1; i <= CURVE; i++) points.push(curveAt([from, ...control], i / CURVE));
    }
    return points;
  });
}

function curveAt([a, b, c, d], t) {
  const s = 1 - t;
  return [0, 1].map((axis) => s ** 3 * a[axis] + 3 * s * s * t * b[axis] + 3 * s * t * t * c[axis] + t ** 3 * d[axis]);
}

/** Draw a digit, given as lines, as a seed says: returns (784,) bytes. */
export function drawDigit(lines, seed) {
  const random = generator(seed), within = (low, high) => low + (high - low) * random();
  const slant = within(-0.35, 0.45), turn = within(-0.12, 0.12), wide = within(0.8, 1.15), pen = within(THIN, THICK);
  const waves = [0, 1].map(() => Array.from({ length: 3 }, (_, i) => ({ size: within(-1, 1) * 9, along: within(0.4, 1.2 + i) / 60, across: within(0.4, 1.2 + i) / 60, from: within(0, 6.3) })));
  const bent = lines.map((points) => points.map(([x, y]) => {
    const [dx, dy] = waves.map((all) => all.reduce((sum, { size, along, across, from }) => sum + size * Math.sin(along * x + across * y + from), 0));
    const [u, v] = [wide * (x + dx - 140 - slant * (y - 140)), y + dy - 140];
    return [u * Math.cos(turn) - v * Math.sin(turn), u * Math.sin(turn) + v * Math.cos(turn)];
  }));
  return render(placed(bent, DIGIT - pen), pen);
}

// In pixels of the image: the longest side as wanted, the middle of the ink in the middle.
function placed(lines, longest) {
  const all = lines.flat(), ends = [0, 1].map((axis) => [Math.min, Math.max].map((end) => end(...all.map((point) => point[axis]))));
  const scale = longest / Math.max(...ends.map(([low, high]) => high - low), 1e-9);
  const middle = [0, 0];
  let ink = 0;
  for (const points of lines) for (let i = 1; i < points.length; i++) {
    const length = Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
    ink += length;
    for (const axis of [0, 1]) middle[axis] += (length * (points[i][axis] + points[i - 1][axis])) / 2;
  }
  return lines.map((points) => points.map((point) => point.map((v, axis) => SIDE / 2 + scale * (v - middle[axis] / ink))));
}

// How far each pixel is from the nearest line says how much of it the pen covers.
function render(lines, pen) {
  const reach = pen / 2 + 0.5, nearest = new Float32Array(SIDE * SIDE).fill(reach);
  for (const points of lines) for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]], [dx, dy] = [x1 - x0, y1 - y0], square = Math.max(dx * dx + dy * dy, 1e-9);
    const [left, right] = [Math.min(x0, x1) - reach, Math.max(x0, x1) + reach].map(inside), [top, bottom] = [Math.min(y0, y1) - reach, Math.max(y0, y1) + reach].map(inside);
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0], along = Math.min(Math.max((px * dx + py * dy) / square, 0), 1);
      const distance = Math.hypot(px - along * dx, py - along * dy);
      if (distance < nearest[y * SIDE + x]) nearest[y * SIDE + x] = distance;
    }
  }
  return Uint8Array.from(nearest, (distance) => Math.round(255 * Math.min(Math.max(reach - distance, 0), 1)));
}

const inside = (v) => Math.min(Math.max(Math.floor(v), 0), SIDE - 1);
