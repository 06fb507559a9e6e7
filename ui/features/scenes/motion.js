// Digits that move straight and bounce off the borders, as in Moving MNIST; and what is true about each frame.

import { generator, normal } from "../../frontend/lib/corruption.js";
import { TILE, inkBox } from "./crops.js";
import { turned } from "./resize.js";

export const SIDE = 64; // pixels of the canvas
const USUAL = 3.6, RATE = 12; // pixels a frame, at so many frames a second
const REACH = SIDE - TILE;

/** Bodies {id, tile, ink, row, column, velocity}, of images (784,) at random places, with random directions. */
function scattered(images, seed) {
  const random = generator(seed);
  return images.map((tile, id) => {
    const angle = 2 * Math.PI * random();
    return body(id, tile, REACH * random(), REACH * random(), [Math.sin(angle), Math.cos(angle)]);
  });
}

/** Bodies of one image that meet in the middle of the canvas. */
function crossing(tile) {
  const [low, middle, high] = [0, REACH / 2, REACH];
  return [body(0, tile, low, low, [0.7, 0.7]), body(1, tile, high, low, [-0.7, 0.7]), body(2, tile, middle, high, [0, -1])];
}

/** Two bodies: the first stands still, and the other goes behind it and stays there for a while. */
const hiding = (front, behind) => [body(0, front, REACH / 2, REACH / 2, [0, 0]), body(1, dimmed(behind), REACH / 2, 0, [0, 0.35])];

const dimmed = (tile) => tile.map((level) => 0.6 * level);

function body(id, tile, row, column, velocity) {
  return { id, tile, ink: inkBox({ data: tile, height: TILE, width: TILE }), row, column, velocity };
}

/** The bodies of a film of a kind, of images (784,): one of three that cross, or one that hides the other, or all of them scattered. */
export function bodiesOf({ kind, seed }, images) {
  if (kind === "crossing") return crossing(images[0]);
  return kind === "hiding" ? hiding(...images) : scattered(images, seed);
}

/** The images for such a film, of the ten samples. */
export function castOf({ kind, count, seed }, tiles) {
  if (kind === "scattered") return Array.from({ length: count }, (_, i) => tiles[(3 * seed + 7 * i) % tiles.length]);
  return kind === "crossing" ? [tiles[3]] : [tiles[8], tiles[1]];
}

/** How many digits such a film has. */
export const COUNTS = { crossing: 3, hiding: 2 };

/** The pixels between two frames: who sees fewer of them a second sees longer jumps. */
export const stepOf = ({ speed, rate }) => (USUAL * speed * RATE) / rate;

/** The bodies so many pixels later; one that is held stays. */
export function advanced(bodies, step, held = null) {
  const times = Math.max(Math.ceil(step / USUAL), 1); // what comes to the border on the way bounces there
  return Array.from({ length: times }).reduce((all) => all.map((one) => (one.id === held ? one : further(one, step / times))), bodies);
}

function further(one, step) {
  const place = [one.row + step * one.velocity[0], one.column + step * one.velocity[1]];
  const velocity = one.velocity.map((v, i) => (place[i] <= 0 ? Math.abs(v) : place[i] >= REACH ? -Math.abs(v) : v));
  const [row, column] = place.map(inReach);
  return { ...one, row, column, velocity };
}

/** A place at which a body is on the canvas. */
export const inReach = (place) => Math.min(Math.max(place, 0), REACH);

/** A frame of bodies: {picture, truth}, not worsened. */
export function frameOf(bodies) {
  const data = new Float32Array(SIDE * SIDE), truth = [];
  for (const { id, tile, ink, row, column } of bodies) {
    const [top, left] = [Math.trunc(row), Math.trunc(column)];
    for (let y = 0, i = 0; y < TILE; y++) for (let x = 0, at = (top + y) * SIDE + left; x < TILE; x++, i++, at++) data[at] = Math.max(data[at], tile[i]);
    if (ink) truth.push({ id, box: [top + ink[0], left + ink[1], top + ink[2], left + ink[3]] });
  }
  return { picture: { data, height: SIDE, width: SIDE }, truth };
}

/** A picture as a bad camera sees it: blurred by a Gaussian of so many pixels, then with normal noise; the same seed gives the same noise. */
export function worsened(picture, { blur, noise }, seed) {
  const blurred = blur ? turned(blurredRows(turned(blurredRows(picture, blur)), blur)) : picture;
  if (!noise) return blurred;
  const random = generator(seed);
  return { ...blurred, data: blurred.data.map((level) => Math.min(Math.max(level + noise * normal(random), 0), 1)) };
}

// Beyond the border is black, as within it.
function blurredRows({ data, height, width }, blur) {
  const reach = Math.ceil(3 * blur), weights = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * blur ** 2)));
  const total = weights.reduce((a, b) => a + b), out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let k = Math.max(x - reach, 0); k <= Math.min(x + reach, width - 1); k++) sum += weights[k - x + reach] * data[y * width + k];
    out[y * width + x] = sum / total;
  }
  return { data: out, height, width };
}
