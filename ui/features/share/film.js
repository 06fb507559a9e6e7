// The GIF: the digit comes out of the average of all digits and goes back; where the page has a path, along that.

import { h, paint } from "../../frontend/lib/paint.js";
import { gifOf } from "./gif.js";

const FRAMES = 20; // one way
const HOLD = 8; // frames at the end
const SIDE = 224; // px
const HUNDREDTHS = 6; // of a second for each frame

/** The GIF of a digit with its model, as a blob. */
export function filmOf({ latent, model, part }) {
  const path = part.film?.(FRAMES) ?? grown(latent);
  const there = path.map((one) => pixelsOf(model.decode(Float32Array.from(one))));
  const frames = [...there, ...Array(HOLD).fill(there.at(-1)), ...there.toReversed()];
  return new Blob([gifOf(frames, SIDE, SIDE, HUNDREDTHS)], { type: "image/gif" });
}

/** Latents from the middle of all to this one, slower towards the ends. */
const grown = (latent) => Array.from({ length: FRAMES }, (_, i) => latent.map((value) => value * (0.5 - 0.5 * Math.cos((Math.PI * i) / (FRAMES - 1)))));

/** The pixels of an image on a canvas of the film's size: bytes, four for each. */
function pixelsOf(image) {
  const small = h("canvas"), large = new OffscreenCanvas(SIDE, SIDE), context = large.getContext("2d", { willReadFrequently: true });
  paint(small, image);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE).data;
}
