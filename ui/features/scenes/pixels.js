// Scenes as pixels on canvases: with the outlines of their digits, as maps of classes, and what differs between two.

import { COLOURS } from "../../frontend/lib/colours.js";

/** A colour as an ImageData has it in memory, in one number. */
export const packed = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

const CLASSES = COLOURS.map((colour) => packed(...[1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))));
const GREYS = Array.from({ length: 256 }, (_, level) => packed(level, level, level));
const [MORE, LESS] = [[239, 68, 68], [59, 130, 246]]; // only in the scene; only in the redrawn one

/** Put an image on a canvas: `colourAt(i)` gives a pixel's colour, packed. */
export function put(canvas, { height, width }, colourAt) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colourAt(i);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

const grey = (level) => GREYS[Math.round(255 * level)];

export const paintGrey = (canvas, scene) => put(canvas, scene, (i) => grey(scene.data[i]));

/** A scene whose ink has an outline in the colour of its class where it meets anything else. */
export function paintOutlined(canvas, scene, classes) {
  const { data, width } = scene;
  put(canvas, scene, (i) => {
    const owner = classes?.[i];
    if (!owner) return grey(data[i]);
    const inner = i % width > 0 && classes[i - 1] === owner && classes[i + 1] === owner && classes[i - width] === owner && classes[i + width] === owner;
    return inner ? grey(data[i]) : CLASSES[owner - 1];
  });
}

/** The class of each pixel, in its colour. */
export const paintClasses = (canvas, scene, classes) => put(canvas, scene, (i) => (classes?.[i] ? CLASSES[classes[i] - 1] : GREYS[0]));

/** What was lost or added between two scenes, on white: red is only in the first one, blue only in the second. */
export function paintDifference(canvas, scene, other) {
  put(canvas, scene, (i) => {
    const change = scene.data[i] - other.data[i], strength = Math.min(Math.abs(change), 1);
    return packed(...(change > 0 ? MORE : LESS).map((v) => Math.round(255 + strength * (v - 255))));
  });
}
