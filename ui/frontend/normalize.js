// Bring a drawing to what MNIST looks like. `aecore/drawing.py` is its twin and explains the steps.
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
  let peak = 0;
  for (let i = 0; i < ink.data.length; i++) {
    const [r, g, b, a] = [data[4 * i], data[4 * i + 1], data[4 * i + 2], data[4 * i + 3]];
    ink.data[i] = Math.floor(((299 * r + 587 * g + 114 * b) * a) / 255000);
    if (ink.data[i] > peak) peak = ink.data[i];
  }
  if (peak <= FAINT) return null;
  for (let i = 0; i < ink.data.length; i++) ink.data[i] /= peak;
  let box = crop(ink, INK);
  if (longestSide(box) > WORKING) {
    box = resizeTo(box, WORKING);
    const brightest = box.data.reduce((a, b) => Math.max(a, b));
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

// Resize by averaging areas, so that the longest side becomes `longest`.
function resizeTo(image, longest) {
  const scale = (side) => Math.max(1, round((side * longest) / longestSide(image)));
  const [height, width] = [scale(image.height), scale(image.width)];
  const [rows, columns] = [areaWeights(image.height, height), areaWeights(image.width, width)];
  const tall = grid(image.height, width);
  for (let y = 0; y < image.height; y++) for (let x = 0; x < width; x++)
    for (const [from, weight] of columns[x]) tall.data[y * width + x] += weight * image.data[y * image.width + from];
  const out = grid(height, width);
  for (let y = 0; y < height; y++) for (const [from, weight] of rows[y])
    for (let x = 0; x < width; x++) out.data[y * width + x] += weight * tall.data[from * width + x];
  return out;
}

// For each output pixel, the input pixels it covers and their shares.
function areaWeights(size, out) {
  const step = size / out;
  return Array.from({ length: out }, (_, i) => {
    const [start, end] = [i * step, (i + 1) * step];
    const shares = [];
    for (let from = Math.floor(start); from < Math.min(size, Math.ceil(end)); from++)
      shares.push([from, Math.max(0, Math.min(end, from + 1) - Math.max(start, from)) / step]);
    return shares;
  });
}

// Grow or shrink strokes to MNIST's weight.
function reweight({ height, width, data }) {
  const padded = { height: height + 2, width: width + 2, data: new Uint8Array((height + 2) * (width + 2)).fill(1) };
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++)
    if (data[y * width + x] >= INK) padded.data[(y + 1) * padded.width + x + 1] = 0;
  const squared = squaredDistance(padded, 4096);
  const inside = (y, x) => Math.sqrt(squared[(y + 1) * padded.width + x + 1]) - 0.5;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++)
    if (data[y * width + x] >= INK) [sum, count] = [sum + inside(y, x), count + 1];
  const stroke = Math.round(((4 * sum) / count) * 1e6) / 1e6;
  const wanted = (STROKE * Math.max(Math.max(height, width) - stroke, 1)) / (1 - STROKE);
  const grow = Math.max((wanted - stroke) / 2, 0.5 - stroke / 2);
  const margin = Math.max(0, Math.ceil(grow) + 1);
  const out = grid(height + 2 * margin, width + 2 * margin);
  const shape = { ...out, data: new Uint8Array(out.data.length) };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++)
    if (data[y * width + x] >= INK) shape.data[(y + margin) * out.width + x + margin] = 1;
  const outside = squaredDistance(shape, margin);
  for (let i = 0; i < out.data.length; i++) {
    const [y, x] = [Math.floor(i / out.width) - margin, (i % out.width) - margin];
    const distance = shape.data[i] ? -inside(y, x) : Math.sqrt(outside[i]) - 0.5;
    out.data[i] = Math.min(Math.max(grow + 0.5 - distance, 0), 1);
  }
  return out;
}

// Squared Euclidean distance of every pixel to the nearest 1 of `shape`, exact up to `reach`.
function squaredDistance({ height, width, data }, reach) {
  const column = new Float64Array(data.length);
  for (let x = 0; x < width; x++) {
    let last = -4096;
    for (let y = 0, i = x; y < height; y++, i += width) {
      if (data[i]) last = y;
      column[i] = y - last;
    }
    last = 8192;
    for (let y = height - 1, i = y * width + x; y >= 0; y--, i -= width) {
      if (data[i]) last = y;
      column[i] = Math.min(column[i], last - y) ** 2;
    }
  }
  const squared = column.slice();
  for (let offset = 1; offset < Math.min(width, reach + 1); offset++) {
    const step = offset * offset;
    let farthest = 0;
    for (let i = 0; i < squared.length; i++) if (squared[i] > farthest) farthest = squared[i];
    if (step >= farthest) break;
    for (let y = 0; y < height; y++) {
      const start = y * width;
      for (let i = start + offset; i < start + width; i++) {
        if (column[i - offset] + step < squared[i]) squared[i] = column[i - offset] + step;
        if (column[i] + step < squared[i - offset]) squared[i - offset] = column[i] + step;
      }
    }
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
