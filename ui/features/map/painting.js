// What is painted on the map: real digits as points, the decoded plane behind them, rings above them.

import { COLOURS } from "../../frontend/lib/colours.js";
import { putImage } from "../../frontend/lib/paint.js";

const [SMALLEST, LARGEST] = [2.2, 7]; // px, the side of a point
export const LAST = COLOURS.length - 1; // what is left of more classes has the last colour
const TILE = 34; // px, of the decoded plane
const BUDGET_MS = 10; // of decoding tiles per frame

/** Paint the points of the digits shown; the farther the map is zoomed in, the larger. */
export function paintPoints(context, { labels, count }, points, shown, cameras, opacity) {
  const { camera, width, height } = cameras;
  const side = Math.min(Math.max(SMALLEST * Math.sqrt(cameras.magnification), SMALLEST), LARGEST);
  context.globalAlpha = opacity;
  for (const digit of shown) {
    context.fillStyle = COLOURS[digit];
    for (let i = 0; i < count; i++) {
      if (Math.min(labels[i], LAST) !== Number(digit)) continue;
      const x = width / 2 + (points[2 * i] - camera.x) * camera.scale;
      const y = height / 2 - (points[2 * i + 1] - camera.y) * camera.scale;
      if (x > -side && y > -side && x < width + side && y < height + side) context.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }
  context.globalAlpha = 1;
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
export function cleared(canvas, { width, height }, ratio) {
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Paint a ring around a place of the canvas, with a label beside it. */
export function paintRing(context, [x, y], radius, { ink, halo }, label = "") {
  context.font = "600 13px system-ui, sans-serif";
  for (const [width, colour] of [[5, halo], [2, ink]]) {
    Object.assign(context, { lineWidth: width, strokeStyle: colour });
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    if (colour === halo) context.strokeText(label, x + radius + 5, y + 5);
  }
  context.fillStyle = ink;
  context.fillText(label, x + radius + 5, y + 5);
}
