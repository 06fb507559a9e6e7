// Digits that move straight and bounce off the borders, as in Moving MNIST; and what is true about each frame.

import { generator, normal } from "../../frontend/lib/corruption.js";
import { TILE, inkBox } from "./crops.js";

export const SIDE = 64; // pixels of the canvas
export const USUAL = 3.6; // pixels a frame
const REACH = SIDE - TILE;

/** Bodies {id, tile, ink, row, column, velocity}, of images (784,) at random places, with random directions. */
export function scattered(images, seed) {
  const random = generator(seed);
  return images.map((tile, id) => {
    const angle = 2 * Math.PI * random();
    return body(id, tile, REACH * random(), REACH * random(), [Math.sin(angle), Math.cos(angle)]);
  });
}

/** Bodies of one image that meet in the middle of the canvas. */
export function crossing(tile) {
  const [low, middle, high] = [0, REACH / 2, REACH];
  return [body(0, tile, low, low, [0.7, 0.7]), body(1, tile, high, low, [-0.7, 0.7]), body(2, tile, middle, high, [0, -1])];
}

/** Two bodies: the first stands still, and the other goes behind it and stays there for a while. */
export const hiding = (front, behind) => [body(0, front, REACH / 2, REACH / 2, [0, 0]), body(1, dimmed(behind), REACH / 2, 0, [0, 0.35])];

const dimmed = (tile) => tile.map((level) => 0.6 * level);

function body(id, tile, row, column, velocity) {
  return { id, tile, ink: inkBox({ data: tile, height: TILE, width: TILE }), row, column, velocity };
}

/** The bodies one frame later; one that is held stays. */
export function advanced(bodies, speed, held = null) {
  return bodies.map((one) => {
    if (one.id === held) return one;
    const place = [one.row + speed * one.velocity[0], one.column + speed * one.velocity[1]];
    const velocity = one.velocity.map((v, i) => (place[i] <= 0 ? Math.abs(v) : place[i] >= REACH ? -Math.abs(v) : v));
    const [row, column] = place.map(inReach);
    return { ...one, row, column, velocity };
  });
}

export const inReach = (place) => Math.min(Math.max(place, 0), REACH);

/** A frame of bodies: {picture, truth}, with normal noise of a strength; the same seed gives the same noise. */
export function frameOf(bodies, noise, seed) {
  const data = new Float32Array(SIDE * SIDE), truth = [];
  for (const { id, tile, ink, row, column } of bodies) {
    const [top, left] = [Math.trunc(row), Math.trunc(column)];
    for (let y = 0, i = 0; y < TILE; y++) for (let x = 0, at = (top + y) * SIDE + left; x < TILE; x++, i++, at++) data[at] = Math.max(data[at], tile[i]);
    if (ink) truth.push({ id, box: [top + ink[0], left + ink[1], top + ink[2], left + ink[3]] });
  }
  if (noise) {
    const random = generator(seed);
    for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.max(data[i] + noise * normal(random), 0), 1);
  }
  return { picture: { data, height: SIDE, width: SIDE }, truth };
}
