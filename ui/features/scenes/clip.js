// Films that a visitor brings, a GIF or a zip of PNGs, as pictures for the tracker. They are read here and sent nowhere.

import { DAMAGED, framesOfGif, isGif, sizeOfGif } from "./gif.js";
import { resizedByAreas } from "./resize.js";
import { filesOfZip, isZip } from "./zip.js";

export const MOST_FRAMES = 200;
export const LARGEST = 256; // pixels of a side
const SMALLEST = 32; // pixels of a side that the network reads
const TALLEST = 40, USUAL = 28; // pixels: digits that are taller become usual ones, for the network knows no larger ones
const INK = 0.35; // of the brightness
const HUGE = 2048; // pixels of a side that are made smaller
const MOST_PIXELS = 60e6; // that are decoded: 200 frames of 512 x 512, a second or two
const MOST_BYTES = 10e6; // of a file
const PATIENCE_MS = 30; // between two looks at what else there is to do

export const ACCEPTED = "Bring a photo of a line of digits as PNG or JPEG, a GIF, or a zip of PNGs.";
const TOO_LARGE = `The film is too large: ${LARGEST} × ${LARGEST} pixels are enough, and ${MOST_FRAMES} frames.`;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether a file is a film, by its first bytes. */
export async function isFilm(file) {
  const start = new Uint8Array(await file.slice(0, 6).arrayBuffer());
  return isGif(start) || isZip(start);
}

/** The frames of a film: {frames: [{data, height, width}], notes}, with sentences about what was changed. Throws an Error with a sentence. */
export async function readFilm(file, progress = () => {}) {
  if (file.size > MOST_BYTES) throw new Error(`The film is too large: at most ${MOST_BYTES / 1e6} MB.`);
  const bytes = new Uint8Array(await file.arrayBuffer()), { size, pictures, others } = isGif(bytes) ? fromGif(bytes) : isZip(bytes) ? await fromZip(bytes) : refuse(ACCEPTED);
  if (Math.max(size.width, size.height) > HUGE) throw new Error(TOO_LARGE);
  const frames = [], notes = [];
  let view = null, since = performance.now(), isMore = false; // `view` is how the first frame is looked at, and all others
  for await (const picture of pictures) {
    if (frames.length === MOST_FRAMES) {
      isMore = true;
      break;
    }
    if ((frames.length + 1) * size.width * size.height > MOST_PIXELS) throw new Error(TOO_LARGE);
    view ??= viewOf(picture);
    frames.push(seen(picture, view));
    if (performance.now() - since < PATIENCE_MS) continue;
    progress(frames.length);
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  if (!frames.length) throw new Error("The film has no frames: bring a GIF, or a zip of PNGs.");
  if (view.scale < 1) notes.push(`Made smaller, from ${size.width} × ${size.height} pixels.`);
  if (isMore) notes.push(`Only the first ${MOST_FRAMES} frames are used.`);
  if (others) notes.push(others === 1 ? "Another file of the zip is left out." : `${others} other files of the zip are left out.`);
  return { frames, notes };
}

const refuse = (sentence) => {
  throw new Error(sentence);
};

function fromGif(bytes) {
  const size = sizeOfGif(bytes);
  function* pictures() {
    for (const data of framesOfGif(bytes)) yield { data, ...size };
  }
  return { size, pictures: pictures(), others: 0 };
}

async function fromZip(bytes) {
  const { files, others } = filesOfZip(bytes);
  if (!files.length) throw new Error("The zip has no PNGs: bring a GIF, or a zip of PNGs.");
  const size = sizeOfPng(await files[0].read());
  async function* pictures() {
    for (const { read } of files) yield decoded(await read(), size);
  }
  return { size, pictures: pictures(), others };
}

function sizeOfPng(bytes) {
  if (bytes.length < 33 || !PNG.every((byte, i) => bytes[i] === byte)) throw new Error(DAMAGED);
  const view = new DataView(bytes.buffer, bytes.byteOffset), size = { width: view.getUint32(16), height: view.getUint32(20) };
  if (!size.width || !size.height) throw new Error(DAMAGED);
  if (Math.max(size.width, size.height) > HUGE) throw new Error(TOO_LARGE);
  return size;
}

async function decoded(bytes, { width, height }) {
  const size = sizeOfPng(bytes); // before the browser makes room for it
  if (size.width !== width || size.height !== height) throw new Error("The pictures of the zip have different sizes: make all of them as large as the first.");
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" })).catch(() => refuse(DAMAGED));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.fillRect(0, 0, width, height); // transparent is black
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height), out = new Float32Array(width * height);
  for (let i = 0, k = 0; i < out.length; i++, k += 4) out[i] = (0.299 * data[k] + 0.587 * data[k + 1] + 0.114 * data[k + 2]) / 255;
  return { data: out, width, height };
}

// How to look at a film: made smaller so that its frames and its digits are not too large, and with light ink on dark.
function viewOf(picture) {
  const fit = Math.min(1, LARGEST / Math.max(picture.width, picture.height)), isLight = paperOf(picture) > 0.5;
  const tall = tallest(seen(picture, { scale: fit, isLight }));
  return { scale: tall > TALLEST ? (fit * USUAL) / tall : fit, isLight };
}

function seen(picture, { scale, isLight }) {
  const size = [picture.height, picture.width].map((n) => Math.max(1, Math.round(n * scale)));
  const { data, height, width } = scale < 1 ? resizedByAreas(picture, ...size) : picture;
  return padded({ data: isLight ? data.map((level) => 1 - level) : data, height, width });
}

// The median brightness along the border.
function paperOf({ data, width, height }) {
  const found = [];
  for (let x = 0; x < width; x++) found.push(data[x], data[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) found.push(data[y * width], data[y * width + width - 1]);
  return found.sort((a, b) => a - b)[found.length >> 1];
}

// The median height of the pieces of ink, of which each counts as often as it has pixels; 0 where there is none.
function tallest({ data, width, height }) {
  const isFree = Uint8Array.from(data, (level) => Number(level > INK)), found = [];
  for (let start = 0; start < isFree.length; start++) {
    if (!isFree[start]) continue;
    const stack = [start];
    let [count, top, bottom] = [0, height, 0];
    isFree[start] = 0;
    while (stack.length) {
      const at = stack.pop(), y = Math.floor(at / width), x = at % width;
      [count, top, bottom] = [count + 1, Math.min(top, y), Math.max(bottom, y + 1)];
      for (const next of [x > 0 && at - 1, x < width - 1 && at + 1, at - width, at + width]) {
        if (next === false || !isFree[next]) continue;
        isFree[next] = 0;
        stack.push(next);
      }
    }
    found.push({ count, tall: bottom - top });
  }
  const half = found.reduce((sum, { count }) => sum + count, 0) / 2;
  let sum = 0;
  return found.sort((a, b) => a.tall - b.tall).find(({ count }) => (sum += count) >= half)?.tall ?? 0;
}

// What is smaller than the network reads gets a black border, to the right and below.
function padded(picture) {
  const [height, width] = [picture.height, picture.width].map((n) => Math.max(n, SMALLEST));
  if (height === picture.height && width === picture.width) return picture;
  const data = new Float32Array(height * width);
  for (let y = 0; y < picture.height; y++) data.set(picture.data.subarray(y * picture.width, (y + 1) * picture.width), y * width);
  return { data, height, width };
}
