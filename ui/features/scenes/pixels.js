// Scenes as pixels on canvases: with the outlines of their digits, as maps of classes, and what differs between two.

import { COLOURS } from "../../frontend/lib/colours.js";

const RGB = COLOURS.map((colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
const [MORE, LESS] = [[239, 68, 68], [59, 130, 246]]; // only in the scene; only in the redrawn one

/** Put an image on a canvas: `colourAt(i)` gives red, green and blue of a pixel. */
export function put(canvas, { height, width }, colourAt) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let i = 0, k = 0; i < width * height; i++, k += 4) {
    const [red, green, blue] = colourAt(i);
    image.data[k] = red;
    image.data[k + 1] = green;
    image.data[k + 2] = blue;
    image.data[k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

const GREYS = Array.from({ length: 256 }, (_, level) => [level, level, level]);
const grey = (level) => GREYS[Math.round(255 * level)];

export const paintGrey = (canvas, scene) => put(canvas, scene, (i) => grey(scene.data[i]));

/** A scene whose ink has an outline in the colour of its class where it meets anything else. */
export function paintOutlined(canvas, scene, classes) {
  const { data, width } = scene;
  put(canvas, scene, (i) => {
    const owner = classes?.[i];
    if (!owner) return grey(data[i]);
    const inner = i % width > 0 && classes[i - 1] === owner && classes[i + 1] === owner && classes[i - width] === owner && classes[i + width] === owner;
    return inner ? grey(data[i]) : RGB[owner - 1];
  });
}

/** The class of each pixel, in its colour. */
export const paintClasses = (canvas, scene, classes) => put(canvas, scene, (i) => (classes?.[i] ? RGB[classes[i] - 1] : GREYS[0]));

/** What was lost or added between two scenes, on white: red is only in the first one, blue only in the second. */
export function paintDifference(canvas, scene, other) {
  put(canvas, scene, (i) => {
    const change = scene.data[i] - other.data[i], strength = Math.min(Math.abs(change), 1);
    return (change > 0 ? MORE : LESS).map((v) => Math.round(255 + strength * (v - 255)));
  });
}
