// The one loop that costs time: a row vector times a matrix, in WebAssembly (128-bit SIMD).
//
//   sums[i] += x[k] * kernel[k * n + i]     for every k, and for every i below n, a multiple of four
//
// Thirty-two sums at a time stay in registers, then sixteen, eight, four: each sum waits for the one before it, and with
// fewer of them the processor would wait, too. Written out by hand, for it needs no build step then; every browser of the
// last years runs it. Where it cannot run, plain JavaScript serves: a decode takes eight times as long.

const LOCALS = { sums: 0, x: 1, end: 2, kernel: 3, bytes: 4, k: 5, row: 6, left: 7, v: 8, a: 9, b: 10, c: 11, d: 12, e: 13, f: 14, g: 15, h: 16 };
const I32 = 0x7f, V128 = 0x7b, VOID = 0x40, END = 0x0b;
const get = (name) => [0x20, LOCALS[name]];
const set = (name) => [0x21, LOCALS[name]];
const tee = (name) => [0x22, LOCALS[name]];
const constant = (value) => [0x41, (value & 127) | 128, value >> 7]; // below 8192
const loop = (...code) => [0x03, VOID, ...code.flat(), END];
const when = (...code) => [0x04, VOID, ...code.flat(), END];
const ADD = [0x6a], SUBTRACT = [0x6b], LESS = [0x49], AT_LEAST = [0x4f], AGAIN_IF = [0x0d, 0], AGAIN = [0x0c, 1];
const LOAD = [0x2a, 2, 0], SPLAT = [0xfd, 0x13], ADD4 = [0xfd, 0xe4, 0x01], MULTIPLY4 = [0xfd, 0xe6, 0x01];
const load4 = (offset) => [0xfd, 0x00, 2, offset];
const store4 = (offset) => [0xfd, 0x0b, 2, offset];

// As long as enough sums are left: those four times as many as there are registers. Addresses and counts are in bytes.
function columns(...registers) {
  const width = constant(16 * registers.length);
  const each = (code) => registers.flatMap((register, i) => code(register, 16 * i)).flat();
  return loop(
    get("left"), width, AT_LEAST,
    when(
      each((sum, offset) => [get("sums"), load4(offset), set(sum)]),
      get("x"), set("k"),
      get("kernel"), set("row"),
      loop(
        get("k"), LOAD, SPLAT, set("v"),
        each((sum, offset) => [get(sum), get("row"), load4(offset), get("v"), MULTIPLY4, ADD4, set(sum)]),
        get("row"), get("bytes"), ADD, set("row"),
        get("k"), constant(4), ADD, tee("k"),
        get("end"), LESS, AGAIN_IF,
      ),
      each((sum, offset) => [get("sums"), get(sum), store4(offset)]),
      get("sums"), width, ADD, set("sums"),
      get("kernel"), width, ADD, set("kernel"),
      get("left"), width, SUBTRACT, set("left"),
      AGAIN,
    ),
  );
}

const LOOPS = [...get("bytes"), ...set("left"), ...["abcdefgh", "abcd", "ab", "a"].flatMap((registers) => columns(...registers))];

const length = (n) => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
const sized = (bytes) => [...length(bytes.length), ...bytes];
const section = (id, ...entries) => [id, ...sized([entries.length, ...entries.flat()])];
const NAME = [1, 0x6d]; // "m"
const MODULE = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // "\0asm", version 1
  ...section(1, [0x60, ...sized([I32, I32, I32, I32, I32]), 0]), // the type: five whole numbers, nothing returned
  ...section(2, [...NAME, ...NAME, 2, 0, 1]), // the memory comes from outside
  ...section(3, [0]),
  ...section(7, [...NAME, 0, 0]),
  ...section(10, sized([2, 3, I32, 9, V128, ...LOOPS, END])),
]);

/** Return multiply(sums, x, end, kernel, bytes) for a WebAssembly.Memory: addresses in bytes, x < end, `bytes` = 4 n. */
export function multiplier(memory) {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(MODULE), { m: { m: memory } }).exports.m;
  } catch {
    return inJavaScript(memory);
  }
}

/** The same in plain JavaScript. */
export function inJavaScript(memory) {
  let all = new Float32Array(memory.buffer);
  return (sums, x, end, kernel, bytes) => {
    if (!all.length) all = new Float32Array(memory.buffer); // the memory has grown: it has another buffer
    let k = kernel >> 2;
    const from = sums >> 2, to = (sums + bytes) >> 2;
    for (let row = x >> 2; row < end >> 2; row++) {
      const v = all[row];
      for (let i = from; i < to; i++) all[i] += v * all[k++];
    }
  };
}

export const fours = (n) => 4 * Math.ceil(n / 4); // what a row of n numbers takes
const PAGE = 65536; // bytes

/** The numbers of a model. A block is {at, length, data}: its address in bytes, how many numbers, and these. */
export class Memory {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.multiply = multiplier(this.memory);
    Object.assign(this, { next: 0, blocks: [], kept: 0 });
  }

  /** Take a block, whose numbers are there after `commit`. */
  take(length) {
    const block = { at: this.next, length, data: null };
    this.next += 4 * (fours(length) + 4); // a product may write three numbers past the end
    this.blocks.push(block);
    return block;
  }

  /** Give the blocks taken their numbers; the memory grows where it is too small. */
  commit() {
    const pages = Math.ceil((this.next - this.memory.buffer.byteLength) / PAGE);
    try {
      if (pages > 0) this.memory.grow(pages);
    } catch (error) {
      throw new Error(`this device has no ${Math.ceil(this.next / 2 ** 20)} MB of memory for the model`, { cause: error });
    }
    for (const block of this.blocks) block.data = new Float32Array(this.memory.buffer, block.at, block.length);
  }

  /** Keep the blocks taken so far whatever is released. */
  keep() {
    this.kept = this.blocks.length;
  }

  /** Take back all blocks that are not kept. */
  release() {
    this.next = this.blocks.splice(this.kept)[0]?.at ?? this.next;
  }
}
