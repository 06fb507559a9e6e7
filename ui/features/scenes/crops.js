// The digits of a scene as images like MNIST's, their latents, and scenes redrawn from boxes and latents. Mirrors
// `aecore/tasks/scene_digits.py`, which explains the constants.

import { resized, resizedByAreas } from "./resize.js";

export const TILE = 28;
const LONGEST = 20, AS_IT_IS = [17, 22], CENTRE = 14, NEAR = 1.5, FILLS = 3;
const ROUNDED_INK = 64.5; // of 255: what rounds to a higher whole number is ink

const round = (value) => Math.floor(value + 0.5 + 1e-6);

const longestSide = (box) => Math.max(box[2] - box[0], box[3] - box[1]);

/** The digit in a box of a scene {data, height, width}: {image (784,), corner, factor}; pixel (i, j) is at corner + (i, j) / factor. */
export function crop({ data, height, width }, box) {
  const longest = longestSide(box), factor = AS_IT_IS[0] <= longest && longest <= AS_IT_IS[1] ? 1 : LONGEST / longest;
  const margin = 1 / factor, size = [height, width];
  const [top, left] = [0, 1].map((axis) => Math.max(0, round(box[axis] - margin)));
  const [bottom, right] = [0, 1].map((axis) => Math.min(size[axis], round(box[axis + 2] + margin)));
  const image = new Float32Array(TILE * TILE), blank = { image, corner: [top, left], factor };
  if (bottom <= top || right <= left) return blank;
  let part = cut({ data, width }, top, left, bottom, right);
  if (!part.data.some(Boolean)) return blank;
  if (factor !== 1) {
    const [tall, wide] = [part.height, part.width].map((n) => Math.min(TILE, Math.max(1, round(n * factor))));
    part = resizedByAreas(part, tall, wide);
  }
  part = cut(part, 0, 0, Math.min(part.height, TILE), Math.min(part.width, TILE));
  const sums = [new Float64Array(part.height), new Float64Array(part.width)];
  for (let y = 0, i = 0; y < part.height; y++) for (let x = 0; x < part.width; x++, i++) {
    sums[0][y] += part.data[i];
    sums[1][x] += part.data[i];
  }
  const at = sums.map((along) => {
    const total = along.reduce((sum, one) => sum + one, 0), centre = along.reduce((sum, one, i) => sum + one * i, 0) / total;
    return Math.min(Math.max(round(CENTRE - centre), 0), TILE - along.length);
  });
  for (let y = 0; y < part.height; y++) image.set(part.data.subarray(y * part.width, (y + 1) * part.width), (at[0] + y) * TILE + at[1]);
  return { image, corner: [top - at[0] / factor, left - at[1] / factor], factor };
}

function cut({ data, width }, top, left, bottom, right) {
  const out = { data: new Float32Array((bottom - top) * (right - left)), height: bottom - top, width: right - left };
  for (let y = top; y < bottom; y++) out.data.set(data.subarray(y * width + left, y * width + right), (y - top) * out.width);
  return out;
}

const isOther = (owner, digit) => owner > 0 && owner !== 1 + digit;

/** The digits found on a scene, each without the ink that the map of classes gives to others: see `crop`. */
export function ownCrops(scene, found, classes) {
  return found.map(({ box, digit }) => {
    const data = scene.data.slice();
    for (let i = 0; i < data.length; i++) if (isOther(classes[i], digit)) data[i] = 0;
    return crop({ ...scene, data }, box);
  });
}

/** A box and a latent {box, latent} for each digit found on a scene. What others hide is filled in by the autoencoder. */
export const describe = (scene, found, classes, autoencoder) => found.map((one) => describeOne(scene, one, classes, autoencoder));

/** The same for one of them. */
export function describeOne(scene, one, classes, autoencoder) {
  const [{ image, corner, factor }] = ownCrops(scene, [one], classes);
  const holes = placed(classes, scene, { corner, factor }, one.digit), fills = holes.some(Boolean) ? FILLS : 0;
  let latent = autoencoder.encode(image);
  for (let k = 0; k < fills; k++) {
    const expected = autoencoder.decode(latent);
    latent = autoencoder.encode(image.map((level, i) => (holes[i] ? expected[i] : level)));
  }
  const ink = inkBox({ data: autoencoder.decode(latent), height: TILE, width: TILE });
  return { box: ink ? ink.map((n, k) => n / factor + corner[k % 2]) : one.box, latent };
}

// Where the ink of others lies in a crop.
function placed(classes, { height, width }, { corner, factor }, digit) {
  const mask = new Uint8Array(TILE * TILE);
  const along = (axis) => Array.from({ length: TILE }, (_, i) => Math.floor(corner[axis] + (i + 0.5) / factor));
  const [rows, columns] = [along(0), along(1)];
  for (let y = 0, i = 0; y < TILE; y++) for (let x = 0; x < TILE; x++, i++) {
    const isInside = rows[y] >= 0 && rows[y] < height && columns[x] >= 0 && columns[x] < width;
    if (isInside && isOther(classes[rows[y] * width + columns[x]], digit)) mask[i] = 1;
  }
  return mask;
}

/** The box of the ink of an image {data, height, width}, null where there is none. */
export function inkBox({ data, height, width }) {
  const box = [Infinity, Infinity, 0, 0];
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) {
    if (Math.fround(data[i] * 255) <= ROUNDED_INK) continue;
    box[0] = Math.min(box[0], y);
    box[1] = Math.min(box[1], x);
    box[2] = y + 1;
    box[3] = Math.max(box[3], x + 1);
  }
  return box[2] ? box : null;
}

/** A scene of a size, drawn from {box, latent}: decoded digits, moved and resized to their boxes; the maximum of pixels. */
export function redraw({ height, width }, digits, autoencoder) {
  const canvas = { data: new Float32Array(height * width), height, width };
  for (const { box, latent } of digits) paste(canvas, autoencoder.decode(latent), box);
  return canvas;
}

/** Paint an image (784,) on a canvas: its ink in the middle of a box, as long as the box. */
export function paste(canvas, image, box) {
  let tile = { data: image, height: TILE, width: TILE }, ink = inkBox(tile);
  if (!ink) return;
  const longest = longestSide(ink), wanted = longestSide(box);
  if (Math.abs(longest - wanted) > NEAR) {
    const side = Math.max(1, round((TILE * wanted) / longest));
    tile = resized(tile, side, side);
    ink = inkBox(tile) ?? ink;
  }
  const [row, column] = [0, 1].map((i) => round((box[i] + box[i + 2] - ink[i] - ink[i + 2]) / 2));
  for (let y = Math.max(row, 0); y < Math.min(row + tile.height, canvas.height); y++)
    for (let x = Math.max(column, 0); x < Math.min(column + tile.width, canvas.width); x++) {
      const i = y * canvas.width + x, level = Math.min(Math.max(tile.data[(y - row) * tile.width + x - column], 0), 1);
      if (canvas.data[i] < level) canvas.data[i] = level;
    }
}
