// Measures of a digit's handwriting, as `aecore/latent/attributes.py` takes them: slant, stroke thickness, width, height, and
// roundness of the loop. An image is 28 x 28 numbers in [0, 1], row by row.

const SIDE = 28;
const INK = 0.98; // width and height hold this fraction of the ink
const FINE = 3; // strokes and loops are measured on a grid three times as fine
const LEAST_LOOP = 4; // px²
const STEEPEST = 2; // |shear| up to which digits are set upright
const [BINS, MIDDLE] = [160, 66]; // of the projection of an upright digit
const WIDE = SIDE * FINE + 2; // the finer grid, with an empty frame
const POLE = Math.sqrt(3) - 2; // of the filter that makes a cubic spline go through its samples
const REACH = 8; // px, beyond which a sample's weight in that spline is below 1e-4

export const MEASURES = ["slant", "thickness", "width", "height", "roundness"];

/** Return the measures of an image, in the order of MEASURES; NaN for a roundness where there is no loop, and for all without ink. */
export function measure(image) {
  const { mass, shear, y, rows } = moments(image);
  if (!(mass > 0)) return MEASURES.map(() => NaN);
  const upright = Math.min(Math.max(shear, -STEEPEST), STEEPEST), fine = refine(image);
  const slant = (Math.atan(-shear) * 180) / Math.PI;
  return [slant, thickness(mass, fine), extent(project(image, upright, y)), extent(rows), roundness(fine, upright)];
}

function moments(image) {
  const rows = new Float64Array(SIDE), columns = new Float64Array(SIDE);
  let [mass, xy] = [0, 0];
  for (let y = 0, i = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++, i++) {
      rows[y] += image[i];
      columns[x] += image[i];
      xy += image[i] * x * y;
    }
  for (const row of rows) mass += row;
  const mean = (sums, power) => sums.reduce((sum, value, at) => sum + value * at ** power, 0) / mass;
  const y = mean(rows, 1), u02 = mean(rows, 2) - y ** 2, u11 = xy / mass - mean(columns, 1) * y;
  return { mass, rows, y, shear: u02 < 1e-6 ? 0 : u11 / u02 };
}

/** The column sums of an image set upright; a pixel's ink goes to the two bins that it covers. */
function project(image, shear, middle) {
  const sums = new Float64Array(BINS);
  for (let y = 0, i = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++, i++) {
      const at = x - shear * (y - middle) + MIDDLE, left = Math.floor(at);
      sums[left] += image[i] * (1 - at + left);
      sums[left + 1] += image[i] * (at - left);
    }
  return sums;
}

/** The width, in bins, of the middle 98 % of the ink. */
function extent(ink) {
  const total = ink.reduce((sum, value) => sum + value, 0);
  const end = (fraction) => {
    let [before, at] = [0, 0];
    for (; at < ink.length - 1 && before + ink[at] <= fraction * total; at++) before += ink[at];
    return at + (fraction * total - before) / ink[at];
  };
  return end((1 + INK) / 2) - end((1 - INK) / 2);
}

const bump = (x) => {
  const d = Math.abs(x); // the cubic B-spline
  return d >= 2 ? 0 : d >= 1 ? (2 - d) ** 3 / 6 : 2 / 3 - d * d + (d * d * d) / 2;
};

/** The weight of a sample in the cubic spline through all samples, at a distance from it. */
function weight(distance) {
  const nearest = Math.round(distance);
  let sum = 0;
  for (let k = nearest - 2; k <= nearest + 2; k++) sum += Math.sqrt(3) * POLE ** Math.abs(k) * bump(distance - k);
  return sum;
}

let weights = null; // of each sample, {first, values} for each place of the finer grid

function weightsOfPlaces() {
  weights ??= Array.from({ length: SIDE * FINE }, (_, j) => {
    const at = (j + 0.5) / FINE - 0.5, first = Math.max(Math.ceil(at - REACH), 0), last = Math.min(Math.floor(at + REACH), SIDE - 1);
    return { first, values: Float64Array.from({ length: last - first + 1 }, (_, k) => weight(at - first - k)) };
  });
  return weights;
}

/** Which points of the finer grid are ink: at least half as bright as the brightest pixel. */
function refine(image) {
  const places = weightsOfPlaces(), half = image.reduce((most, value) => Math.max(most, value), 0) / 2;
  const tall = new Float64Array(SIDE * FINE * SIDE), fine = new Uint8Array(WIDE * WIDE);
  places.forEach(({ first, values }, j) => {
    for (let k = 0; k < values.length; k++)
      for (let x = 0, from = (first + k) * SIDE, to = j * SIDE; x < SIDE; x++) tall[to + x] += values[k] * image[from + x];
  });
  for (let y = 0; y < SIDE * FINE; y++)
    places.forEach(({ first, values }, x) => {
      let sum = 0;
      for (let k = 0, from = y * SIDE + first; k < values.length; k++) sum += values[k] * tall[from + k];
      fine[(y + 1) * WIDE + x + 1] = sum >= half;
    });
  return fine;
}

/** Ink in px² over the length of the strokes, which is the inked area over four times the mean distance to its edge. */
function thickness(mass, fine) {
  const up = new Uint8Array(fine.length); // to the nearest point without ink in the same column
  for (let i = WIDE; i < fine.length; i++) up[i] = fine[i] ? up[i - WIDE] + 1 : 0;
  for (let i = fine.length - WIDE - 1; i >= 0; i--) up[i] = Math.min(up[i], up[i + WIDE] + 1);
  let [points, sum] = [0, 0];
  for (let i = 0; i < fine.length; i++) {
    if (!fine[i]) continue;
    let nearest = up[i] ** 2;
    for (let d = 1; d * d < nearest; d++) nearest = Math.min(nearest, d * d + up[i - d] ** 2, d * d + up[i + d] ** 2);
    points++;
    sum += Math.sqrt(nearest) - 0.5;
  }
  return (mass * ((4 * sum) / points / FINE)) / (points / FINE ** 2);
}

/** Short over long axis of the loops' ellipses, the digit set upright; two loops count by their area. */
function roundness(fine, shear) {
  const seen = Uint8Array.from(fine), stack = [];
  let [total, sum] = [0, 0];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start]) continue;
    let [size, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
    seen[start] = 1;
    stack.push(start);
    while (stack.length) {
      const i = stack.pop(), row = Math.floor(i / WIDE), column = (i % WIDE) - shear * row;
      size++;
      x += column;
      y += row;
      xx += column * column;
      xy += column * row;
      yy += row * row;
      for (const next of [row > 0 ? i - WIDE : -1, row < WIDE - 1 ? i + WIDE : -1, i % WIDE ? i - 1 : -1, i % WIDE < WIDE - 1 ? i + 1 : -1]) {
        if (next < 0 || seen[next]) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    if (start === 0 || size < LEAST_LOOP * FINE ** 2) continue; // the background around the digit; a gap between strokes
    const [a, b, c] = [xx / size - (x / size) ** 2, xy / size - (x * y) / size ** 2, yy / size - (y / size) ** 2];
    const middle = (a + c) / 2, half = Math.hypot((a - c) / 2, b); // the covariance's eigenvalues are middle ± half
    sum += size * Math.sqrt(Math.max(middle - half, 0) / Math.max(middle + half, 1e-9));
    total += size;
  }
  return total ? sum / total : NaN;
}
