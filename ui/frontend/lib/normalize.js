// Bring a drawing to what MNIST looks like: mirrors `aecore/data/drawing.py`, which explains the steps.
// A grid is {height, width, data}: row by row.

const WORKING = 140;
const DIGIT = 20;
const CENTRE = 14;
const STROKE = 0.13;
const INK = 0.5 - 1e-6;
const FAINT = 25;

/** The grey levels of a canvas without ink: a grid of whole numbers from 0 to 255. */
export const noInk = (height, width) => ({ height, width, data: new Uint8Array(height * width) });

/** Put the grey levels of RGBA pixels (an ImageData) in their place among others, which are returned; alpha lies over black. */
export function greyOf({ width, height, data }, grey = noInk(height, width), left = 0, top = 0) {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, height * width);
  for (let y = 0, i = 0, k = 0; y < height; y++) {
    for (let to = (top + y) * grey.width + left, end = to + width; to < end; to++, i++, k += 4) {
      const isBlack = (pixels[i] & 0xffffff) === 0; // as most of a drawing is
      grey.data[to] = isBlack ? 0 : Math.floor(((299 * data[k] + 587 * data[k + 1] + 114 * data[k + 2]) * data[k + 3]) / 255000);
    }
  }
  return grey;
}

/** Normalise RGBA pixels (an ImageData, light ink on dark) to an image (784,) in [0, 1]; null when there is no ink. */
export const normalizeDrawing = (pixels) => normalizeGrey(greyOf(pixels));

/** The same of grey levels, as `greyOf` gives them. */
export function normalizeGrey(grey) {
  const peak = brightest(grey, 255);
  if (peak <= FAINT) return null;
  let image = grey, box = boundsOf(grey, INK * peak), ink = INK * peak;
  if (longestSide(box) > WORKING) {
    image = resize("smaller", grey, box, WORKING);
    box = { top: 0, left: 0, height: image.height, width: image.width };
    ink = INK * brightest(image); // a line thinner than a pixel must not fade below the threshold
  }
  const strokes = reweight(image, box, ink);
  const digit = resize("digit", strokes, boundsOf(strokes, 1 / 255), DIGIT);
  return centred(digit).map((v) => Math.floor(v * 255 + 0.5) / 255);
}

// A grid that is kept from one drawing to the next: while the pen is down there would be a megabyte of them in every frame.
const kept = {};
function keptGrid(name, height, width, Numbers = Float64Array) {
  const length = height * width;
  if (!(kept[name]?.length >= length)) kept[name] = new Numbers(length);
  return { height, width, data: kept[name].subarray(0, length).fill(0) };
}

const longestSide = ({ height, width }) => Math.max(height, width);
const round = (value) => Math.floor(value + 0.5 + 1e-6);

// The largest number, none of which is above `most`.
function brightest({ data }, most = Infinity) {
  let largest = 0;
  for (let i = 0; i < data.length && largest < most; i++) if (data[i] > largest) largest = data[i];
  return largest;
}

// The box around all that is not below a threshold, which something is.
function boundsOf({ height, width, data }, threshold) {
  let start = 0, end = data.length - 1;
  while (data[start] < threshold) start++;
  while (data[end] < threshold) end--;
  const top = Math.floor(start / width), bottom = Math.floor(end / width);
  let left = width, right = -1;
  for (let y = top, row = top * width; y <= bottom; y++, row += width) {
    let first = 0, last = width - 1;
    while (first < left && data[row + first] < threshold) first++;
    while (last > right && data[row + last] < threshold) last--;
    left = first;
    right = last;
  }
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}

// Resize a box of an image by averaging areas, so that its longest side becomes `longest`.
function resize(name, { width, data }, box, longest) {
  const [down, across] = [box.height, box.width].map((side) => areas(side, Math.max(1, round((side * longest) / longestSide(box)))));
  const out = keptGrid(name, down.out, across.out), line = new Float64Array(box.width);
  for (let y = 0, i = 0; y < out.height; y++) {
    line.fill(0);
    for (let k = down.ends[y]; k < down.ends[y + 1]; k++) {
      const from = (box.top + down.pixels[k]) * width + box.left, part = down.parts[k];
      for (let x = 0; x < line.length; x++) line[x] += part * data[from + x];
    }
    for (let x = 0, k = 0; x < out.width; x++, i++) {
      let sum = 0;
      for (const end = across.ends[x + 1]; k < end; k++) sum += across.parts[k] * line[across.pixels[k]];
      out.data[i] = sum;
    }
  }
  return out;
}

/** Which of `size` pixels each of `out` pixels covers, and which part of it each is: those of pixel i from ends[i] to ends[i + 1]. */
export function areas(size, out) {
  const step = size / out, ends = [0], pixels = [], parts = [];
  for (let i = 0; i < out; i++) {
    const start = i * step, end = start + step;
    for (let k = Math.floor(start); k < Math.min(size, Math.ceil(end)); k++) {
      pixels.push(k);
      parts.push(Math.max(0, Math.min(end, k + 1) - Math.max(start, k)) / step);
    }
    ends.push(pixels.length);
  }
  return { out, ends, pixels, parts };
}

// Grow or shrink the strokes in a box of an image, which are all that is not below `ink`, to MNIST's weight.
function reweight(image, box, ink) {
  const within = shapeOf("within", image, box, ink, 1); // its margin counts as an edge
  const inside = squaredDistance("inside", within, 0, longestSide(within));
  let sum = 0, count = 0;
  for (let i = 0; i < inside.length; i++) if (inside[i]) {
    sum += Math.sqrt(inside[i]) - 0.5;
    count++;
  }
  const stroke = Math.round(((4 * sum) / count) * 1e6) / 1e6;
  const wanted = (STROKE * Math.max(longestSide(box) - stroke, 1)) / (1 - STROKE);
  const grow = Math.max((wanted - stroke) / 2, 0.5 - stroke / 2);
  const margin = Math.max(0, Math.ceil(grow) + 1);
  const shape = shapeOf("shape", image, box, ink, margin), outside = squaredDistance("outside", shape, 1, margin);
  const { height, width } = shape, out = keptGrid("strokes", height, width);
  for (let y = 0, i = 0; y < height; y++) {
    let same = (y - margin + 1) * within.width - margin + 1; // the same pixel in `inside`
    for (let x = 0; x < width; x++, i++, same++) {
      if (outside[i] > margin * margin) continue;
      const distance = outside[i] ? Math.sqrt(outside[i]) - 0.5 : 0.5 - Math.sqrt(inside[same]);
      out.data[i] = Math.min(Math.max(grow + 0.5 - distance, 0), 1);
    }
  }
  return out;
}

// 1 where a box of an image is not below `ink`, with a margin of 0.
function shapeOf(name, image, box, ink, margin) {
  const shape = keptGrid(name, box.height + 2 * margin, box.width + 2 * margin, Uint8Array);
  for (let y = 0; y < box.height; y++) {
    const from = (box.top + y) * image.width + box.left, to = (y + margin) * shape.width + margin;
    for (let x = 0; x < box.width; x++) if (image.data[from + x] >= ink) shape.data[to + x] = 1;
  }
  return shape;
}

// Squared Euclidean distance of every pixel to the nearest pixel of a shape that is `wanted`, 1 or 0; where that is farther than
// `reach`, a larger number. First along the columns. Then every pixel offers its neighbours in the row the way by its own
// place, one after the other, until one has a shorter way along its own column: for those behind, the way by there is shorter.
function squaredDistance(name, { height, width, data }, wanted, reach) {
  const column = keptGrid("column", height, width, Int32Array).data, far = reach + 1;
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== wanted) column[i] = i < width || column[i - width] === far ? far : column[i - width] + 1;
  }
  for (let i = data.length - width - 1; i >= 0; i--) if (column[i] > column[i + width]) column[i] = column[i + width] + 1;
  for (let i = 0; i < column.length; i++) column[i] *= column[i];
  const squared = keptGrid(name, height, width, Int32Array).data;
  squared.set(column);
  for (let start = 0; start < data.length; start += width) for (let i = start, end = start + width; i < end; i++) {
    const own = column[i];
    for (let to = i + 1, k = 1; to < end && own + k * k < column[to]; k++, to++) if (own + k * k < squared[to]) squared[to] = own + k * k;
    for (let to = i - 1, k = 1; to >= start && own + k * k < column[to]; k++, to--) if (own + k * k < squared[to]) squared[to] = own + k * k;
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
