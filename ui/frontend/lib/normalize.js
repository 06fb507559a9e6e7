// Bring a drawing to what MNIST looks like: mirrors `aecore/data/drawing.py`, which explains the steps.
// A grid is {height, width, data}: row by row.

const WORKING = 140;
const DIGIT = 20;
const CENTRE = 14;
const STROKE = 0.13;
const INK = 0.5 - 1e-6;
const FAINT = 25;

/** Normalise RGBA pixels (an ImageData, light ink on dark) to an image (784,) in [0, 1]; null when there is no ink. */
export function normalizeDrawing({ width, height, data }) {
  const ink = grid(height, width);
  const pixels = new Uint32Array(data.buffer, data.byteOffset, height * width);
  let peak = 0;
  for (let i = 0; i < pixels.length; i++) {
    if ((pixels[i] & 0xffffff) === 0) continue; // most of a drawing is black
    const k = 4 * i;
    const grey = Math.floor(((299 * data[k] + 587 * data[k + 1] + 114 * data[k + 2]) * data[k + 3]) / 255000);
    ink.data[i] = grey;
    if (grey > peak) peak = grey;
  }
  if (peak <= FAINT) return null;
  for (let i = 0; i < ink.data.length; i++) ink.data[i] /= peak;
  let box = crop(ink, INK);
  if (longestSide(box) > WORKING) {
    box = resizeTo(box, WORKING);
    let brightest = 0;
    for (let i = 0; i < box.data.length; i++) if (box.data[i] > brightest) brightest = box.data[i];
    for (let i = 0; i < box.data.length; i++) box.data[i] /= brightest;
  }
  box = crop(reweight(box), 1 / 255);
  return centred(resizeTo(box, DIGIT)).map((v) => Math.floor(v * 255 + 0.5) / 255);
}

function grid(height, width) {
  return { height, width, data: new Float64Array(height * width) };
}

const longestSide = ({ height, width }) => Math.max(height, width);
const round = (value) => Math.floor(value + 0.5 + 1e-6);

function crop({ height, width, data }, threshold) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    if (data[y * width + x] < threshold) continue;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    if (x < left) left = x;
    if (x > right) right = x;
  }
  const out = grid(bottom - top + 1, right - left + 1);
  for (let y = 0; y < out.height; y++) {
    const start = (top + y) * width + left;
    out.data.set(data.subarray(start, start + out.width), y * out.width);
  }
  return out;
}

// Resize by averaging areas, so that the longest side becomes `longest`: first along x, then along y.
function resizeTo(image, longest) {
  const scale = (side) => Math.max(1, round((side * longest) / longestSide(image)));
  const tall = grid(scale(image.width), image.height);
  shrink(image.data, image.width, tall.data, tall.height);
  const out = grid(scale(image.height), tall.height);
  shrink(tall.data, tall.width, out.data, out.height);
  return out;
}

// Average areas along the rows of `from` (rows of `size` numbers), and write the result transposed: `to` has `out` rows.
function shrink(from, size, to, out) {
  const step = size / out, rows = from.length / size;
  for (let i = 0; i < out; i++) {
    const start = i * step, end = start + step;
    for (let k = Math.floor(start); k < Math.min(size, Math.ceil(end)); k++) {
      const overlap = Math.max(0, Math.min(end, k + 1) - Math.max(start, k)) / step;
      for (let row = 0, f = k, t = i * rows; row < rows; row++, f += size, t++) to[t] += overlap * from[f];
    }
  }
}

// Grow or shrink strokes to MNIST's weight.
function reweight({ height, width, data }) {
  const isInk = (i) => data[i] >= INK;
  // The way to the edge of the ink from within: one pixel of background around it counts as an edge.
  const edge = place(height, width, 1, (i) => (isInk(i) ? 0 : 1), 1);
  const inside = squaredDistance(edge, 4096);
  let sum = 0, count = 0;
  for (let i = 0; i < inside.length; i++) if (!edge.data[i]) {
    sum += Math.sqrt(inside[i]) - 0.5;
    count++;
  }
  const stroke = Math.round(((4 * sum) / count) * 1e6) / 1e6;
  const wanted = (STROKE * Math.max(Math.max(height, width) - stroke, 1)) / (1 - STROKE);
  const grow = Math.max((wanted - stroke) / 2, 0.5 - stroke / 2);
  const margin = Math.max(0, Math.ceil(grow) + 1);
  const shape = place(height, width, margin, (i) => (isInk(i) ? 1 : 0), 0);
  const outside = squaredDistance(shape, margin);
  const out = grid(shape.height, shape.width);
  for (let y = 0, i = 0; y < out.height; y++) for (let x = 0; x < out.width; x++, i++) {
    const within = (y - margin + 1) * edge.width + x - margin + 1; // the same pixel in `inside`
    const distance = shape.data[i] ? 0.5 - Math.sqrt(inside[within]) : Math.sqrt(outside[i]) - 0.5;
    out.data[i] = Math.min(Math.max(grow + 0.5 - distance, 0), 1);
  }
  return out;
}

// A grid of bytes: value(i) for every pixel i of height x width, and a margin of `around`.
function place(height, width, margin, value, around) {
  const out = { height: height + 2 * margin, width: width + 2 * margin };
  out.data = new Uint8Array(out.height * out.width).fill(around);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0, to = (y + margin) * out.width + margin; x < width; x++) out.data[to++] = value(i++);
  return out;
}

// Squared Euclidean distance of every pixel to the nearest 1 of `shape`, exact up to `reach`.
function squaredDistance({ height, width, data }, reach) {
  const column = new Int32Array(data.length); // whole numbers, and none above 8192 squared
  for (let x = 0; x < width; x++) {
    let last = -4096;
    for (let y = 0, i = x; y < height; y++, i += width) {
      if (data[i]) last = y;
      column[i] = y - last;
    }
    last = 8192;
    for (let y = height - 1, i = y * width + x; y >= 0; y--, i -= width) {
      if (data[i]) last = y;
      const nearest = Math.min(column[i], last - y);
      column[i] = nearest * nearest;
    }
  }
  const squared = column.slice();
  for (let offset = 1; offset < Math.min(width, reach + 1); offset++) {
    const step = offset * offset;
    let farthest = 0;
    for (let y = 0; y < height; y++) {
      const start = y * width, end = start + width;
      for (let i = start; i < end; i++) {
        let nearest = squared[i];
        if (nearest <= step) continue;
        if (i >= start + offset && column[i - offset] + step < nearest) nearest = column[i - offset] + step;
        if (i + offset < end && column[i + offset] + step < nearest) nearest = column[i + offset] + step;
        squared[i] = nearest;
        if (nearest > farthest) farthest = nearest;
      }
    }
    if (farthest <= step + 2 * offset + 1) break; // (offset + 1) squared: no later column can be nearer
  }
  return squared;
}

function centred({ height, width, data }) {
  let [mass, sumY, sumX] = [0, 0, 0];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const v = data[y * width + x];
    mass += v;
    sumY += v * y;
    sumX += v * x;
  }
  const place = (centre, size) => Math.min(Math.max(round(CENTRE - centre), 0), 28 - size);
  const [top, left] = [place(sumY / mass, height), place(sumX / mass, width)];
  const image = new Float32Array(784);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) image[(top + y) * 28 + left + x] = data[y * width + x];
  return image;
}
