// Luminance and chroma (BT.601, as in JPEG files). All numbers in [0, 1], chroma in [-0.5, 0.5]; chroma lies as Cb, Cr,
// Cb, Cr, ... `aecore` has the same in NumPy.

const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];
export const [CB, CR] = [1.772, 1.402]; // B = Y + CB Cb, R = Y + CR Cr
export const [GREEN_OF_CB, GREEN_OF_CR] = [(-BLUE * CB) / GREEN, (-RED * CR) / GREEN]; // G = Y + these times Cb and Cr

/** The luminance of pixels {data: RGBA, width, height}, (height, width) flat. */
export function luminanceOf({ data, width, height }) {
  const out = new Float32Array(width * height);
  for (let i = 0, k = 0; i < out.length; i++, k += 4) out[i] = (RED * data[k] + GREEN * data[k + 1] + BLUE * data[k + 2]) / 255;
  return out;
}

/** The chroma of pixels {data: RGBA, width, height}, (height, width, 2) flat. */
export function chromaOf({ data, width, height }) {
  const out = new Float32Array(2 * width * height);
  for (let i = 0, k = 0; i < out.length; i += 2, k += 4) {
    const y = (RED * data[k] + GREEN * data[k + 1] + BLUE * data[k + 2]) / 255;
    out[i] = (data[k + 2] / 255 - y) / CB;
    out[i + 1] = (data[k] / 255 - y) / CR;
  }
  return out;
}

/** The chroma of one colour "#rrggbb". */
export function chromaOfColour(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const y = RED * r + GREEN * g + BLUE * b;
  return [(b - y) / CB, (r - y) / CR];
}

/** The colour "#rrggbb" of a luminance with a chroma, as near to it as screens can show. */
export function colourOf(y, cb, cr) {
  const pixel = pixelOf(y, cb, cr);
  return `#${[0, 8, 16].map((shift) => ((pixel >> shift) & 255).toString(16).padStart(2, "0")).join("")}`;
}

/**
 * A pixel as one number, as canvases have it in memory: alpha, blue, green, red, from the highest byte down. Where a screen
 * cannot show so much colour at this luminance, the chroma shrinks and the luminance stays: cut off at 0 and 1, a
 * saturated sky would become brighter than the grey picture.
 */
export function pixelOf(y, cb, cr) {
  let r = CR * cr, g = GREEN_OF_CB * cb + GREEN_OF_CR * cr, b = CB * cb;
  let up = r > b ? r : b, down = r > b ? b : r;
  if (g > up) up = g;
  if (g < down) down = g;
  if (y + up > 1 || y + down < 0) {
    const most = Math.max(0, Math.min(1, up > 0 ? (1 - y) / up : 1, down < 0 ? -y / down : 1));
    r *= most;
    g *= most;
    b *= most;
  }
  const level = 255 * y + 0.5;
  return 0xff000000 | ((level + 255 * b) << 16) | ((level + 255 * g) << 8) | (level + 255 * r);
}

/** Average a map (height, width, channels) over the cells of a grid of another size, each pixel by its area in the cell. */
export function averaged(map, width, height, toWidth, toHeight, channels = 1) {
  const rows = alongRows(map, width, height, toWidth, channels), out = new Float32Array(toWidth * toHeight * channels);
  const line = toWidth * channels;
  for (const { to, from, weight } of overlaps(height, toHeight))
    for (let i = 0; i < line; i++) out[to * line + i] += weight * rows[from * line + i];
  return out;
}

function alongRows(map, width, height, toWidth, channels) {
  const out = new Float32Array(toWidth * height * channels), parts = overlaps(width, toWidth);
  for (let y = 0; y < height; y++) {
    const [into, of] = [y * toWidth * channels, y * width * channels];
    for (const { to, from, weight } of parts)
      for (let c = 0; c < channels; c++) out[into + to * channels + c] += weight * map[of + from * channels + c];
  }
  return out;
}

// Which pixels lie in which cells along one axis, and with which part of the cell.
function overlaps(size, cells) {
  const found = [];
  for (let to = 0; to < cells; to++) {
    const [start, end] = [(to * size) / cells, ((to + 1) * size) / cells];
    for (let from = Math.floor(start); from < Math.min(Math.ceil(end), size); from++)
      found.push({ to, from, weight: ((Math.min(end, from + 1) - Math.max(start, from)) * cells) / size });
  }
  return found;
}
