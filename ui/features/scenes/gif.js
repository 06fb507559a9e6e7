// Reads GIFs frame by frame, in plain JavaScript: browsers show them, but not all of them give away single frames. A file
// is a stranger's: every length in it is checked (GIF89a specification, CompuServe 1990).

export const DAMAGED = "The file is damaged or incomplete: save it once more.";
const [EXTENSION, IMAGE, END, CONTROL] = [0x21, 0x2c, 0x3b, 0xf9];
const LARGEST_CODE = 4096;
const INTERLACED = [[0, 8], [4, 8], [2, 4], [1, 2]]; // first rows, and the steps between rows

/** Whether bytes begin like a GIF. */
export const isGif = (bytes) => /^GIF8[79]a/.test(String.fromCharCode(...bytes.subarray(0, 6)));

/** The width and height of a GIF; throws an Error for a damaged one. */
export function sizeOfGif(bytes) {
  const reader = new Bytes(bytes, 6), size = { width: reader.short(), height: reader.short() };
  if (!size.width || !size.height) throw new Error(DAMAGED);
  return size;
}

/** The frames of a GIF, one by one: brightness (height * width) in [0, 1], transparent is black. Throws an Error for a damaged one. */
export function* framesOfGif(bytes) {
  const { width, height } = sizeOfGif(bytes), reader = new Bytes(bytes, 10);
  const flags = reader.byte(), canvas = new Float32Array(width * height);
  reader.skip(2);
  const shared = flags & 0x80 ? reader.palette(flags) : null;
  let control = {};
  while (reader.left) {
    const kind = reader.byte();
    if (kind === END) return;
    if (kind === EXTENSION) {
      const label = reader.byte();
      if (label === CONTROL && reader.peek() === 4) control = reader.control();
      reader.skipBlocks();
    } else if (kind === IMAGE) {
      const before = control.disposal === 3 ? canvas.slice() : null, box = draw(reader, canvas, { width, height }, shared, control);
      yield canvas.slice();
      if (before) canvas.set(before);
      else if (control.disposal === 2) for (let y = box.top; y < box.bottom; y++) canvas.fill(0, y * width + box.left, y * width + box.right);
      control = {};
    } else throw new Error(DAMAGED);
  }
}

// Draw the image that follows on the canvas; returns the part of it that it covers.
function draw(reader, canvas, size, shared, { transparent = -1 }) {
  const [left, top, width, height] = [reader.short(), reader.short(), reader.short(), reader.short()], flags = reader.byte();
  const palette = flags & 0x80 ? reader.palette(flags) : shared;
  const box = { left, top, right: Math.min(left + width, size.width), bottom: Math.min(top + height, size.height) };
  if (!palette || !width || !height || width > size.width || height > size.height) throw new Error(DAMAGED);
  const bits = reader.byte(), pixels = unpack(reader.blocks(), bits, width * height);
  const rows = flags & 0x40 ? INTERLACED.flatMap(([first, step]) => Array.from({ length: Math.max(Math.ceil((height - first) / step), 0) }, (_, i) => first + i * step)) : null;
  for (let i = 0; i < height; i++) {
    const y = top + (rows ? rows[i] : i);
    if (y >= box.bottom) continue;
    for (let x = left, k = i * width; x < box.right; x++, k++) if (pixels[k] !== transparent) canvas[y * size.width + x] = palette[pixels[k]] ?? 0;
  }
  return { ...box, left: Math.min(left, box.right), top: Math.min(top, box.bottom) };
}

// So many pixels of what GIF's variant of LZW has packed (Welch, "A technique for high-performance data compression", 1984).
function unpack(data, bits, count) {
  if (bits < 1 || bits > 8) throw new Error(DAMAGED);
  const out = new Uint8Array(count), clear = 1 << bits, prefix = new Uint16Array(LARGEST_CODE), last = new Uint8Array(LARGEST_CODE), stack = new Uint8Array(LARGEST_CODE);
  for (let code = 0; code < clear; code++) last[code] = code;
  let [wide, next, before, first, at, held, have] = [bits + 1, clear + 2, -1, 0, 0, 0, 0];
  for (let place = 0; at < count; ) {
    while (have < wide) {
      if (place >= data.length) throw new Error(DAMAGED);
      held |= data[place++] << have;
      have += 8;
    }
    const code = held & ((1 << wide) - 1);
    held >>>= wide;
    have -= wide;
    if (code === clear) {
      [wide, next, before] = [bits + 1, clear + 2, -1];
      continue;
    }
    if (code === clear + 1 || code > next || (before < 0 && code > clear)) throw new Error(DAMAGED);
    let high = 0, one = code;
    if (code === next) {
      if (before < 0) throw new Error(DAMAGED);
      stack[high++] = first;
      one = before;
    }
    for (; one > clear; one = prefix[one]) stack[high++] = last[one];
    stack[high++] = first = last[one];
    while (high && at < count) out[at++] = stack[--high];
    if (before >= 0 && next < LARGEST_CODE) {
      [prefix[next], last[next]] = [before, first];
      next += 1;
      if (next === 1 << wide && wide < 12) wide += 1;
    }
    before = code;
  }
  return out;
}

// Numbers of a file, from a place on; throws an Error where there are no more.
class Bytes {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  get left() {
    return this.bytes.length - this.at;
  }

  take(count) {
    if (this.left < count) throw new Error(DAMAGED);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  skip(count) {
    this.take(count);
  }

  peek() {
    return this.bytes[this.at];
  }

  byte() {
    return this.take(1)[0];
  }

  short() {
    const [low, high] = this.take(2);
    return low | (high << 8);
  }

  // The brightness of each colour.
  palette(flags) {
    const colours = this.take(3 << ((flags & 7) + 1));
    return Float32Array.from({ length: colours.length / 3 }, (_, i) => (0.299 * colours[3 * i] + 0.587 * colours[3 * i + 1] + 0.114 * colours[3 * i + 2]) / 255);
  }

  // What to do with the image that follows; its block is read up to its end.
  control() {
    const [, flags, , , transparent] = this.take(5);
    return { disposal: (flags >> 2) & 7, ...(flags & 1 ? { transparent } : {}) };
  }

  // Skip the blocks up to an empty one; returns how long they are together.
  skipBlocks() {
    let total = 0;
    for (let size = this.byte(); size; size = this.byte()) {
      this.skip(size);
      total += size;
    }
    return total;
  }

  // The blocks up to an empty one, joined.
  blocks() {
    const start = this.at, out = new Uint8Array(this.skipBlocks());
    this.at = start;
    for (let size = this.byte(), place = 0; size; place += size, size = this.byte()) out.set(this.take(size), place);
    return out;
  }
}
