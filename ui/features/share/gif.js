// Writes a GIF of several frames, which repeats for ever (https://www.w3.org/Graphics/GIF/spec-gif89a.txt). Its palette is 256
// greys; where a frame has colours, six levels of red, seven of green and six of blue.

const [REDS, GREENS, BLUES] = [6, 7, 6];
const COLOURS = 256, BITS = 8;
const MOST_CODES = 4096;

const text = (string) => [...string].map((one) => one.charCodeAt(0));
const word = (number) => [number & 255, number >> 8];

const level = (i, levels) => Math.round((255 * i) / (levels - 1));
const at = (value, levels) => Math.round((value / 255) * (levels - 1));

// What a palette is: the colour of a number, and the number of a colour.
const GREYS = { colour: (i) => [i, i, i], number: (r) => r };
const CUBE = {
  colour: (i) => [level(Math.floor(i / (GREENS * BLUES)) % REDS, REDS), level(Math.floor(i / BLUES) % GREENS, GREENS), level(i % BLUES, BLUES)],
  number: (r, g, b) => (at(r, REDS) * GREENS + at(g, GREENS)) * BLUES + at(b, BLUES),
};

const isGrey = (pixels) => pixels.every((value, k) => k % 4 === 3 || value === pixels[k - (k % 4)]);

/** The bytes of a GIF of frames, each of width x height pixels of four bytes, shown for some hundredths of a second. */
export function gifOf(frames, width, height, hundredths) {
  const palette = frames.every(isGrey) ? GREYS : CUBE;
  const bytes = [...text("GIF89a"), ...word(width), ...word(height), 0xf7, 0, 0];
  for (let i = 0; i < COLOURS; i++) bytes.push(...palette.colour(i));
  bytes.push(0x21, 0xff, 11, ...text("NETSCAPE2.0"), 3, 1, 0, 0, 0);
  for (const pixels of frames) {
    bytes.push(0x21, 0xf9, 4, 0, ...word(hundredths), 0, 0);
    bytes.push(0x2c, 0, 0, 0, 0, ...word(width), ...word(height), 0, BITS);
    const packed = pack(indices(pixels, palette));
    for (let i = 0; i < packed.length; i += 255) {
      const block = packed.slice(i, i + 255);
      bytes.push(block.length, ...block);
    }
    bytes.push(0);
  }
  bytes.push(0x3b);
  return Uint8Array.from(bytes);
}

/** The number of each pixel's colour in a palette. */
function indices(pixels, palette) {
  const found = new Uint8Array(pixels.length / 4);
  for (let i = 0, k = 0; i < found.length; i++, k += 4) found[i] = palette.number(pixels[k], pixels[k + 1], pixels[k + 2]);
  return found;
}

/** The numbers packed by LZW with codes that grow from nine bits to twelve. */
function pack(numbers) {
  const [clear, end] = [COLOURS, COLOURS + 1], bytes = [];
  let [codes, next, size, buffer, filled] = [new Map(), end + 1, BITS + 1, 0, 0];
  const put = (code) => {
    buffer |= code << filled;
    for (filled += size; filled >= 8; filled -= 8, buffer >>>= 8) bytes.push(buffer & 255);
  };
  put(clear);
  let prefix = numbers[0];
  for (let i = 1; i < numbers.length; i++) {
    const key = prefix * COLOURS + numbers[i], known = codes.get(key);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    put(prefix);
    if (next < MOST_CODES) {
      codes.set(key, next++);
      if (next > 1 << size && size < 12) size++;
    } else {
      put(clear);
      [codes, next, size] = [new Map(), end + 1, BITS + 1];
    }
    prefix = numbers[i];
  }
  put(prefix);
  put(end);
  if (filled) bytes.push(buffer & 255);
  return bytes;
}
