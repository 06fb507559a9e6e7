// The one loop that costs time, four numbers at once: a row vector times a matrix, in WebAssembly (128-bit SIMD).
//
//   sums[i] += x[k] * kernel[k * n + i]     for every k, and for every i below n, a multiple of four
//
// Written out by hand, for it needs no build step then; every browser of the last years runs it. In plain JavaScript,
// which serves where it cannot run, a decode takes about four times as long.

const LOCALS = { sums: 0, x: 1, end: 2, kernel: 3, bytes: 4, i: 5, v: 6 };
const I32 = 0x7f, V128 = 0x7b, VOID = 0x40;
const get = (name) => [0x20, LOCALS[name]];
const set = (name) => [0x21, LOCALS[name]];
const tee = (name) => [0x22, LOCALS[name]];
const constant = (value) => [0x41, value]; // below 64
const loop = (...code) => [0x03, VOID, ...code.flat(), 0x0b];
const ADD = [0x6a], LESS = [0x49], AGAIN_IF = [0x0d, 0];
const LOAD = [0x2a, 2, 0], SPLAT = [0xfd, 0x13];
const LOAD4 = [0xfd, 0x00, 2, 0], STORE4 = [0xfd, 0x0b, 2, 0], ADD4 = [0xfd, 0xe4, 0x01], MULTIPLY4 = [0xfd, 0xe6, 0x01];

// Addresses and counts are in bytes.
const ROWS = loop(
  get("x"), LOAD, SPLAT, set("v"),
  constant(0), set("i"),
  loop(
    get("sums"), get("i"), ADD,
    get("sums"), get("i"), ADD, LOAD4,
    get("kernel"), LOAD4, get("v"), MULTIPLY4,
    ADD4, STORE4,
    get("kernel"), constant(16), ADD, set("kernel"),
    get("i"), constant(16), ADD, tee("i"),
    get("bytes"), LESS, AGAIN_IF,
  ),
  get("x"), constant(4), ADD, tee("x"),
  get("end"), LESS, AGAIN_IF,
);

const sized = (bytes) => [bytes.length, ...bytes]; // lengths below 128 take one byte
const section = (id, ...entries) => [id, ...sized([entries.length, ...entries.flat()])];
const NAME = [1, 0x6d]; // "m"
const MODULE = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // "\0asm", version 1
  ...section(1, [0x60, ...sized([I32, I32, I32, I32, I32]), 0]), // the type: five whole numbers, nothing returned
  ...section(2, [...NAME, ...NAME, 2, 0, 1]), // the memory comes from outside
  ...section(3, [0]),
  ...section(7, [...NAME, 0, 0]),
  ...section(10, sized([2, 1, I32, 1, V128, ...ROWS, 0x0b])),
]);

/** Return multiply(sums, x, end, kernel, bytes) for a WebAssembly.Memory: addresses in bytes, `bytes` = 4 n. */
export function multiplier(memory) {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(MODULE), { m: { m: memory } }).exports.m;
  } catch {
    return inJavaScript(memory);
  }
}

/** The same in plain JavaScript. */
export function inJavaScript(memory) {
  const all = new Float32Array(memory.buffer);
  return (sums, x, end, kernel, bytes) => {
    let k = kernel >> 2;
    const from = sums >> 2, to = (sums + bytes) >> 2;
    for (let row = x >> 2; row < end >> 2; row++) {
      const v = all[row];
      for (let i = from; i < to; i++) all[i] += v * all[k++];
    }
  };
}
