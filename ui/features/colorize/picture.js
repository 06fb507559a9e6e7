// Pictures as the page works on them: decoded here in the browser, turned as the camera says, at most 1,024 pixels a side.
// No file is sent anywhere.

import { averaged, chromaOf, luminanceOf } from "./chroma.js";

export const [SEEN, SIDE] = [32, 16]; // what the networks see of a picture, and the grid of their chroma
export const OWN = "own"; // the name of a picture that a visitor brought
const LONGEST = 1024;
const [SMALLEST, NARROWEST] = [16, 8]; // px a side; and how many times longer than wide
const LARGEST = 50_000_000; // bytes of a file
const GREY = 0.012; // root mean square of a picture's chroma below which it counts as grey

/** Why a picture cannot be used, as a sentence. */
export class PictureError extends Error {}

/** A picture of pixels {data: RGBA, width, height}. What is made of them is made when somebody first asks for it. */
export class Picture {
  #luminance = null;
  #chroma;

  constructor(pixels) {
    const { width, height } = pixels;
    Object.assign(this, { pixels, width, height });
  }

  /** The luminance of all pixels. */
  get luminance() {
    return (this.#luminance ??= luminanceOf(this.pixels));
  }

  /** What the networks see of the picture: its luminance at 32 x 32. */
  get seen() {
    return averaged(this.luminance, this.width, this.height, SEEN, SEEN);
  }

  /** The true chroma at 16 x 16, null where the picture has none. */
  get chroma() {
    if (this.#chroma !== undefined) return this.#chroma;
    const all = chromaOf(this.pixels), square = all.reduce((sum, v) => sum + v * v, 0) / all.length;
    return (this.#chroma = Math.sqrt(square) < GREY ? null : averaged(all, this.width, this.height, SIDE, SIDE, 2));
  }

  /** The picture at another, smaller size. */
  at(width, height) {
    const { pixels } = this, small = averaged(pixels.data, this.width, this.height, width, height, 4);
    return new ImageData(Uint8ClampedArray.from(small), width, height);
  }

  /** Paint the picture without its colours. */
  paintGrey(canvas) {
    const image = new ImageData(this.width, this.height);
    for (let i = 0, k = 0; i < this.luminance.length; i++, k += 4) {
      image.data[k] = image.data[k + 1] = image.data[k + 2] = 255 * this.luminance[i];
      image.data[k + 3] = 255;
    }
    showStill(canvas, image);
  }
}

/** Give a canvas a size, where it has another, and return its context. */
export function fit(canvas, { width, height }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return canvas.getContext("2d");
}

/** Show pixels that seldom change. Without a GPU, browsers copy all other canvases of a page in each of its frames. */
export function showStill(canvas, image) {
  const { width, height } = image, pixels = new OffscreenCanvas(width, height);
  pixels.getContext("2d").putImageData(image, 0, 0);
  Object.assign(canvas, { width, height }).getContext("bitmaprenderer").transferFromImageBitmap(pixels.transferToImageBitmap());
}

/** Read a picture file, such as a phone's photo; throws a PictureError. */
export async function readPicture(file) {
  if (file.size > LARGEST) throw new PictureError(`This file has ${Math.round(file.size / 1e6)} MB. Choose a picture of at most ${LARGEST / 1e6} MB.`);
  if (file.size === 0) throw new PictureError("This file is empty.");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) throw new PictureError(`This browser cannot read ${named(file)} as a picture. JPEG, PNG and WebP always work.`);
  try {
    return new Picture(shrunk(bitmap));
  } finally {
    bitmap.close();
  }
}

function named({ name }) {
  return name ? `“${name.slice(0, 60)}”` : "this";
}

function shrunk(bitmap) {
  const [long, short] = [Math.max(bitmap.width, bitmap.height), Math.min(bitmap.width, bitmap.height)];
  if (short < SMALLEST) throw new PictureError(`This picture has ${bitmap.width} × ${bitmap.height} pixels: too few to colour.`);
  if (long > NARROWEST * short) throw new PictureError("This picture is too long and narrow: the network sees all pictures as squares.");
  const scale = Math.min(1, LONGEST / long), size = (side) => Math.max(1, Math.round(side * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width: size(bitmap.width), height: size(bitmap.height) });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // below what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
