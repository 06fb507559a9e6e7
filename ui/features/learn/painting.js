// The numbers of a layer as colours: blue below zero, amber above, by the layer's largest number; grey for an image.

/** Give a canvas one pixel per cell of an arrangement, and so many px of the page per cell. */
export function resize(canvas, { width, height }, cell) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.style.width = `${width * cell}px`;
  canvas.style.height = `${height * cell}px`;
  canvas.style.imageRendering = Number.isInteger(cell * devicePixelRatio) ? "pixelated" : "auto";
}

/** Paint the numbers of a layer as they are arranged; without any, a quiet surface. */
export function paintNumbers(canvas, { width, height, at }, numbers, { grey }) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  const colours = new Uint32Array(pixels.data.buffer);
  if (numbers) {
    let largest = 1e-6;
    if (!grey) for (const v of numbers) largest = Math.max(largest, Math.abs(v));
    const [ramp, scale] = grey ? [GREY, 255] : [SIGNED, 255 / largest];
    for (let i = 0; i < numbers.length; i++) {
      const [x, y] = at(i);
      colours[y * width + x] = ramp[255 + Math.round(numbers[i] * scale)];
    }
  }
  context.putImageData(pixels, 0, 0);
}

// Colours of -255 ... 255, at index 0 ... 510, as the bytes of ImageData: red, green, blue, opaque.
const packed = ([r, g, b]) => new Uint32Array(new Uint8ClampedArray([r, g, b, 255]).buffer)[0];
const mix = (a, b, t) => a.map((v, i) => v + t * (b[i] - v));
const ZERO = [13, 15, 24], ABOVE = [[245, 158, 11], [255, 247, 220]], BELOW = [[59, 130, 246], [226, 238, 255]];
const along = ([middle, end], t) => (t < 0.6 ? mix(ZERO, middle, t / 0.6) : mix(middle, end, (t - 0.6) / 0.4));
const SIGNED = Uint32Array.from({ length: 511 }, (_, i) => packed(along(i < 255 ? BELOW : ABOVE, Math.abs(i - 255) / 255)));
const GREY = Uint32Array.from({ length: 511 }, (_, i) => packed(Array(3).fill(Math.max(i - 255, 0))));
