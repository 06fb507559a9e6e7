// Resizes images {data, height, width}: by averages of areas, as `resize_area` in `aecore/data/drawing.py`; and as Pillow
// does with its bilinear filter (`Resample.c`), which averages where an image becomes smaller.

import { areas } from "../../frontend/lib/normalize.js";

/** An image in another size, by averages of areas. */
export const resizedByAreas = (image, height, width) => resizedWith(areas, image, height, width);

/** An image in another size, bilinear. */
export const resized = (image, height, width) => resizedWith(triangles, image, height, width);

const resizedWith = (filter, image, height, width) => turned(alongRows(filter, turned(alongRows(filter, image, width)), height));

// Another width; where it is the same, nothing changes.
function alongRows(filter, { data, height, width }, wanted) {
  if (width === wanted) return { data, height, width };
  const out = { data: new Float32Array(height * wanted), height, width: wanted };
  const { ends, pixels, parts } = filter(width, wanted);
  for (let y = 0; y < height; y++) for (let x = 0; x < wanted; x++) {
    let sum = 0;
    for (let k = ends[x]; k < ends[x + 1]; k++) sum += data[y * width + pixels[k]] * parts[k];
    out.data[y * wanted + x] = sum;
  }
  return out;
}

// As `areas`: the pixels under a triangle around each new one, and their weights.
function triangles(size, out) {
  const scale = size / out, reach = Math.max(scale, 1), ends = [0], pixels = [], parts = [];
  for (let i = 0; i < out; i++) {
    const centre = (i + 0.5) * scale, weights = [];
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0), end = Math.min(Math.trunc(centre + reach + 0.5), size);
    for (let k = first; k < end; k++) {
      pixels.push(k);
      weights.push(Math.max(1 - Math.abs((k - centre + 0.5) / reach), 0));
    }
    const total = weights.reduce((a, b) => a + b, 0);
    parts.push(...weights.map((one) => (total ? one / total : one)));
    ends.push(pixels.length);
  }
  return { ends, pixels, parts };
}

/** An image turned over its diagonal: rows become columns. */
export function turned({ data, height, width }) {
  const out = { data: new Float32Array(data.length), height: width, width: height };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out.data[x * height + y] = data[y * width + x];
  return out;
}
