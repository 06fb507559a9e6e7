// What lies on the canvas, plain data: strokes {points, pen}, and digits {latent, row, column, size} that are decoded.

import { middleOf, overlap } from "./boxes.js";
import { TILE, inkBox, paste } from "./crops.js";

export const SIDE = 128; // pixels
const SIMPLER = 0.35; // pixels by which a stroke may differ when it has been drawn
const MOSTLY = 0.5; // of an item is in the box of the digit that it is a part of

const isStroke = (item) => "points" in item;

/** {strokes, digits}, as Python has them. */
export const sorted = (items) => ({ strokes: items.filter(isStroke), digits: items.filter((item) => !isStroke(item)) });

/** A digit with its ink in the middle of a box. */
export function digitIn(box, latent) {
  const [row, column] = middleOf(box).map(rounded);
  return { latent: Array.from(latent), row, column, size: Math.min(Math.max(rounded(Math.max(box[2] - box[0], box[3] - box[1])), 4), SIDE) };
}

/** A sample, lines of a size of 1 around 0, as strokes around a place. */
export const sampleAt = (lines, { row, column, size }, pen) =>
  lines.map((line) => ({ points: line.map((n, i) => rounded(n * size * (1 - pen) + (i % 2 ? row : column))), pen: rounded(size * pen) }));

const rounded = (value) => Math.round(10 * value) / 10;

/** An item that is so many rows and columns further. */
export function shifted(item, rows, columns) {
  if (isStroke(item)) return { ...item, points: item.points.map((n, i) => rounded(n + (i % 2 ? rows : columns))) };
  return { ...item, row: rounded(item.row + rows), column: rounded(item.column + columns) };
}

/** The box of an item, about that of its ink. */
export function boxOf(item) {
  if (!isStroke(item)) {
    const { row, column, size } = item, reach = size / 2;
    return [row - reach, column - reach, row + reach, column + reach];
  }
  const reach = item.pen / 2, [xs, ys] = [0, 1].map((axis) => item.points.filter((_, i) => i % 2 === axis));
  return [Math.min(...ys) - reach, Math.min(...xs) - reach, Math.max(...ys) + reach, Math.max(...xs) + reach];
}

/** The items of each digit found, lists in their order, and after them the decoded digits that were not found, one by one. */
export function itemsOf(found, items) {
  const groups = found.map(() => []), lost = [];
  for (const item of items) {
    const box = boxOf(item), fits = found.map((one) => {
      const other = isStroke(item) ? one.box : squareAround(one.box); // as a digit's own box is
      return inside(box, other) > MOSTLY ? overlap(box, other) : -1;
    });
    const best = fits.indexOf(Math.max(...fits));
    if (best >= 0 && fits[best] >= 0) groups[best].push(item);
    else if (!isStroke(item)) lost.push(item);
  }
  return { groups, lost };
}

function squareAround(box) {
  const [row, column] = middleOf(box), reach = Math.max(box[2] - box[0], box[3] - box[1]) / 2;
  return [row - reach, column - reach, row + reach, column + reach];
}

// The fraction of a box that is in another.
function inside(box, other) {
  const [height, width] = [0, 1].map((i) => Math.max(Math.min(box[i + 2], other[i + 2]) - Math.max(box[i], other[i]), 0));
  return (height * width) / Math.max((box[2] - box[0]) * (box[3] - box[1]), 1e-9);
}

/** The points of a stroke without those that change it little (Ramer, 1972; Douglas and Peucker, 1973), at most so many. */
export function simplified(points, most, off = SIMPLER) {
  const places = [];
  for (let i = 0; i < points.length; i += 2) places.push([points[i], points[i + 1]]);
  const kept = thinned(places, off);
  return kept.length <= most ? kept.flat() : simplified(points, most, 2 * off);
}

function thinned(places, off) {
  if (places.length < 3) return places;
  const [first, last] = [places[0], places.at(-1)];
  let far = 0, at = 0;
  places.forEach((place, i) => {
    const away = distance(place, first, last);
    if (away > far) [far, at] = [away, i];
  });
  return far > off ? [...thinned(places.slice(0, at + 1), off).slice(0, -1), ...thinned(places.slice(at), off)] : [first, last];
}

function distance([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay], length = dx * dx + dy * dy;
  const along = length ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** Paints items, white on black; a pixel shows the brightest. */
export class Painter {
  #context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
  #decoded = new WeakMap(); // autoencoder -> latent -> image

  /** The scene {data, height, width} in [0, 1]. */
  paint(items, autoencoder) {
    const context = this.#context, canvas = { data: new Float32Array(SIDE * SIDE), height: SIDE, width: SIDE };
    Object.assign(context, { fillStyle: "#000", strokeStyle: "#fff", lineCap: "round", lineJoin: "round" });
    context.fillRect(0, 0, SIDE, SIDE);
    for (const item of items) if (isStroke(item)) trace(context, item);
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    for (let i = 0; i < canvas.data.length; i++) canvas.data[i] = data[4 * i] / 255;
    for (const item of items) if (!isStroke(item)) this.#place(canvas, item, autoencoder);
    return canvas;
  }

  /** The left upper corner of what strokes paint, an image (784,). */
  tile(items) {
    const { data } = this.paint(items), image = new Float32Array(TILE * TILE);
    for (let y = 0; y < TILE; y++) image.set(data.subarray(y * SIDE, y * SIDE + TILE), y * TILE);
    return image;
  }

  #place(canvas, { latent, row, column, size }, autoencoder) {
    if (!this.#decoded.has(autoencoder)) this.#decoded.set(autoencoder, new WeakMap());
    const decoded = this.#decoded.get(autoencoder);
    if (!decoded.has(latent)) decoded.set(latent, autoencoder.decode(latent));
    const image = decoded.get(latent), ink = inkBox({ data: image, height: TILE, width: TILE });
    if (!ink) return;
    const scale = size / Math.max(ink[2] - ink[0], ink[3] - ink[1]) / 2, [tall, wide] = [(ink[2] - ink[0]) * scale, (ink[3] - ink[1]) * scale];
    paste(canvas, image, [row - tall, column - wide, row + tall, column + wide]);
  }
}

function trace(context, { points, pen }) {
  const [x, y] = points;
  context.lineWidth = pen;
  context.beginPath();
  context.moveTo(x, y);
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  if (points.length < 4) context.lineTo(x + 0.01, y); // a line of no length leaves no dot
  context.stroke();
}
