// Digits as strokes, SVG paths for a canvas of 280 x 280 pixels, drawn by a round pen: as a sample or a talk has them.

import { quantise } from "./latent.js";
import { normalizeDrawing } from "./normalize.js";
import { h, imageFromBase64, paint, svg } from "./paint.js";

export const SIZE = 280;
let canvas = null;

/** Draw the first part of strokes, a fraction of their length, white on black, with a pen so many pixels wide. */
export function drawStrokes(context, strokes, pen, fraction = 1) {
  Object.assign(context, { fillStyle: "#000", strokeStyle: "#fff", lineWidth: pen, lineCap: "round", lineJoin: "round" });
  context.fillRect(0, 0, SIZE, SIZE);
  const lengths = strokes.map((d) => svg("path", { d }).getTotalLength());
  let left = fraction * lengths.reduce((a, b) => a + b, 0);
  for (const [i, stroke] of strokes.entries()) {
    if (left <= 0) break;
    context.setLineDash(left < lengths[i] ? [left, 2 * lengths[i]] : []);
    context.stroke(new Path2D(stroke));
    left -= lengths[i];
  }
  context.setLineDash([]);
}

/** Paint a drawing, white on black: strokes, by a pen so many pixels wide, above a picture, its bytes in base64. */
export function paintDrawing(context, strokes, pen, under = null) {
  Object.assign(context, { fillStyle: "#000", strokeStyle: "#fff", lineWidth: pen, lineCap: "round", lineJoin: "round" });
  context.fillRect(0, 0, SIZE, SIZE);
  if (under) context.drawImage(pictureOf(under), 0, 0, SIZE, SIZE);
  for (const stroke of strokes) context.stroke(new Path2D(stroke));
}

/** A canvas with a picture, whose bytes are given in base64. */
export function pictureOf(bytes) {
  const picture = h("canvas", { width: 28, height: 28 });
  paint(picture, imageFromBase64(bytes));
  return picture;
}

/** The image (784,) that a model sees of strokes, or of the first part of them; null where there is nothing to see. */
export function imageOfStrokes(strokes, pen, fraction = 1) {
  canvas ??= new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true });
  drawStrokes(canvas, strokes, pen, fraction);
  return normalizeDrawing(canvas.getImageData(0, 0, SIZE, SIZE));
}

/** The latent that a model has of an image; all zero for none. */
export function latentOfImage(image, model) {
  return image ? Array.from(model.encode(image), quantise) : new Array(model.latentDim).fill(0);
}

/** The latent of a digit, which is given as {strokes} or as {latent}. */
export function latentOfDigit({ strokes, latent }, model, pen) {
  return latent ?? latentOfImage(imageOfStrokes(strokes, pen), model);
}
