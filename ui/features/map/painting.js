// What is painted on the map: real digits as points, the decoded plane behind them, the names of their classes and rings
// above them.

import { COLOURS } from "../../frontend/lib/colours.js";
import { putImage } from "../../frontend/lib/paint.js";

const [SMALLEST, LARGEST] = [2.2, 7]; // px, the side of a point
const NARROW = 500; // px
const NAMED = 6; // times as large as where every point is shown
export const LAST = COLOURS.length - 1; // what is left of more classes has the last colour
const TILE = 34; // px, of the decoded plane
const BUDGET_MS = 10; // of decoding tiles per frame

/** Paint a map, without what moves with the pointer; returns whether that was all of it. */
export function paintMap(map) {
  const { cameras, shown, here: { atlas, model } } = map, isPlane = map.view === "plane";
  const context = cleared(map.canvas, cameras, map.ratio), names = map.chips.map((chip) => chip.textContent);
  let isAll = !isPlane || !model || map.tiles.paint(context, cameras, (latent) => model.decode(latent));
  const { points, middles } = map.glide.now({ points: placesOf(map.points, cameras), middles: placesOf(middlesOf(atlas, map.points), cameras) });
  paintPoints(context, atlas, points, { shown, cameras, names, opacity: isPlane ? 0.55 : 0.75 });
  if (map.glide.isMoving) isAll = false;
  else if (map.hasPictures && !map.thumbnails.paint(context, map, () => map.frame.soon()) && model) isAll = false;
  if (!map.glide.isMoving && !map.answers.paint(context, cameras, map.ratio)) isAll = false;
  paintNames(context, middles, shown, names, { ...inksOf(map), size: cameras.width < NARROW ? 19 : 26 });
  return isAll;
}

/** Paint what moves with the pointer: the way, the visitor's own digit, and the pointer. */
export function paintPointer(map) {
  const { cameras } = map, context = cleared(map.overlay, cameras, map.ratio), inks = inksOf(map);
  map.trail.paint(context, cameras, inks);
  if (!map.glide.isMoving) paintRing(context, cameras.toScreen(map.yours), 9, inks, cameras.width, "yours");
  if (map.point) paintRing(context, cameras.toScreen(map.point), 5, inks, cameras.width);
}

function inksOf({ root }) {
  const look = getComputedStyle(root);
  return { ink: look.color, halo: look.getPropertyValue("--st-background-color") };
}

/** Where points (x, y, x, y, ...) lie on the canvas, in the same order. */
function placesOf(points, { camera, width, height }) {
  const places = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    places[i] = width / 2 + (points[i] - camera.x) * camera.scale;
    places[i + 1] = height / 2 - (points[i + 1] - camera.y) * camera.scale;
  }
  return places;
}

/**
 * Paint the points of the digits shown at their places; the farther the map is zoomed in, the larger, and in the end as
 * the `names` of their classes, since colours alone are hard to tell apart.
 */
function paintPoints(context, { labels, count }, places, { shown, cameras, names, opacity }) {
  const { width, height, magnification } = cameras;
  const side = Math.min(Math.max(SMALLEST * Math.sqrt(magnification), SMALLEST), LARGEST);
  const isNamed = magnification >= NAMED && names.every((name) => name.length === 1);
  Object.assign(context, { globalAlpha: opacity, font: "600 13px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
  for (const digit of shown) {
    context.fillStyle = COLOURS[digit];
    for (let i = 0; i < count; i++) {
      if (Math.min(labels[i], LAST) !== Number(digit)) continue;
      const x = places[2 * i], y = places[2 * i + 1];
      if (x < -side || y < -side || x > width + side || y > height + side) continue;
      if (isNamed) context.fillText(names[digit], x, y);
      else context.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }
  context.globalAlpha = 1;
}

const middles = new WeakMap(); // of points: the middle of each class

/** The middle of each class, flat as the points are: that one of its points which is nearest to its median. */
function middlesOf({ labels, count }, points) {
  if (!middles.has(points)) middles.set(points, Float32Array.from(COLOURS.flatMap((_, digit) => middleOf(digit, labels, count, points))));
  return middles.get(points);
}

function middleOf(digit, labels, count, points) {
  const own = [];
  for (let i = 0; i < count; i++) if (Math.min(labels[i], LAST) === digit) own.push([points[2 * i], points[2 * i + 1]]);
  if (!own.length) return [NaN, NaN];
  const [x, y] = [0, 1].map((axis) => own.map((point) => point[axis]).sort((a, b) => a - b)[own.length >> 1]);
  const away = (point) => (point[0] - x) ** 2 + (point[1] - y) ** 2;
  return own.reduce((best, point) => (away(point) < away(best) ? point : best));
}

/** Paint the names of the classes shown at their middles. */
function paintNames(context, places, shown, names, { ink, halo, size }) {
  Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 6, strokeStyle: halo, fillStyle: ink });
  for (const digit of shown) {
    const [x, y] = places.subarray(2 * digit, 2 * digit + 2), name = names[digit];
    if (!name || Number.isNaN(x)) continue;
    context.font = `700 ${name.length > 1 ? 14 : size}px system-ui, sans-serif`;
    context.strokeText(name, x, y);
    context.fillText(name, x, y);
  }
}

/** The whole plane as tiles, each the digit of its middle. They are decoded once per camera, a few per frame. */
export class PlaneTiles {
  #place = "";

  /** Paint as much as is decoded; returns whether that is all. */
  paint(context, cameras, decode) {
    const columns = Math.ceil(cameras.width / TILE), rows = Math.ceil(cameras.height / TILE);
    const place = JSON.stringify([cameras.camera, columns, rows]);
    if (place !== this.#place) {
      this.#place = place;
      this.canvas = new OffscreenCanvas(28 * columns, 28 * rows); // of the model of two numbers, whose images are digits
      this.left = Array.from({ length: columns * rows }, (_, k) => [k % columns, Math.floor(k / columns)]);
    }
    const { canvas, left } = this, tiles = canvas.getContext("2d");
    for (const end = performance.now() + BUDGET_MS; left.length && performance.now() < end; ) {
      const [column, row] = left.shift();
      const point = cameras.toMap([(column + 0.5) * TILE, (row + 0.5) * TILE]);
      putImage(tiles, decode(Float32Array.from(point)), 28 * column, 28 * row);
    }
    context.imageSmoothingEnabled = true;
    context.drawImage(canvas, 0, 0, columns * TILE, rows * TILE);
    return !left.length;
  }
}

/** The context of a canvas, cleared, in px of the page. */
function cleared(canvas, { width, height }, ratio) {
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Paint a ring around a place of the canvas, with a label beside it, within the `width`. */
function paintRing(context, [x, y], radius, { ink, halo }, width, label = "") {
  Object.assign(context, { font: "600 13px system-ui, sans-serif", textAlign: "left", textBaseline: "alphabetic" });
  const beside = radius + 5, length = context.measureText(label).width;
  const left = x + beside + length < width ? x + beside : x - beside - length;
  for (const [line, colour] of [[5, halo], [2, ink]]) {
    Object.assign(context, { lineWidth: line, strokeStyle: colour });
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    if (colour === halo) context.strokeText(label, left, y + 5);
  }
  context.fillStyle = ink;
  context.fillText(label, left, y + 5);
}
