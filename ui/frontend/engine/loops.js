// The loops that cost time, in WebAssembly: row vectors times a matrix, and the activations with an exponential. Every
// browser of the last years runs them. Where they cannot run, plain JavaScript serves: a decode takes eight times as long.
//
//   one, four: sums[i] += x[k] * kernel[k * n + i]     for every k, and for every i below n, a multiple of four
//
// `one` does this for a single x. `four` does it for four, each with sums of its own, and reads the kernel once for all:
// two thirds of the time. Eight registers of four sums are at work at a time: each sum waits for the one before it, and
// with fewer of them the processor would wait, too. Either way a sum is added up in the same order, so both give the same
// bits.

import {
  ADD, ADD4, ADD_WHOLE4, AGAIN, AGAIN_IF, AT_LEAST, compiled, constant, constant4, DIVIDE4,
  LARGEST4, LEAST4, LESS, load4, loop, MULTIPLY4, MULTIPLY_ADD4, NEAREST4, NEGATE4,
  SHIFT_WHOLE4, SPLAT4, store4, SUBTRACT, SUBTRACT4, when, WHOLE4, written,
} from "./webassembly.js";

const upTo = (count) => Array.from({ length: count }, (_, i) => i);

// The function for so many rows x, which takes as many columns of four sums at a time as `widths` say, one width after
// the other, and which multiplies and adds in one instruction where `fused`. Addresses, counts and steps are in bytes.
function multiply(rows, widths, fused) {
  const each = upTo(rows), most = upTo(Math.max(...widths));
  const parameters = ["sums0", "x0", "end", "kernel", "bytes", "xStep", "sumStep"];
  const numbers = ["left", "row", ...each.map((i) => `k${i}`), ...each.slice(1).flatMap((i) => [`x${i}`, `sums${i}`])];
  const vectors = ["v", ...most.map((j) => `kernel${j}`), ...each.flatMap((i) => most.map((j) => `sum${i}_${j}`))];
  return written(parameters, numbers, vectors, ({ get, set, advance }) => {
    const next = (name, i, step) => [...get(`${name}${i - 1}`), ...get(step), ...ADD, ...set(`${name}${i}`)];
    const columns = (count) => {
      const width = constant(16 * count), across = upTo(count);
      const addProduct = (sum, kernel) => fused
        ? [...get(kernel), ...get("v"), ...get(sum), ...MULTIPLY_ADD4, ...set(sum)]
        : [...get(sum), ...get(kernel), ...get("v"), ...MULTIPLY4, ...ADD4, ...set(sum)];
      const sums = (code) => each.flatMap((i) => across.flatMap((j) => code(i, j)));
      return loop(
        get("left"), width, AT_LEAST,
        when(
          sums((i, j) => [...get(`sums${i}`), ...load4(16 * j), ...set(`sum${i}_${j}`)]),
          each.flatMap((i) => [...get(`x${i}`), ...set(`k${i}`)]),
          get("kernel"), set("row"),
          loop(
            across.flatMap((j) => [...get("row"), ...load4(16 * j), ...set(`kernel${j}`)]),
            each.flatMap((i) => [
              ...get(`k${i}`), ...SPLAT4, ...set("v"),
              ...across.flatMap((j) => addProduct(`sum${i}_${j}`, `kernel${j}`)),
              ...advance(`k${i}`, constant(4)),
            ]),
            advance("row", get("bytes")),
            get("k0"), get("end"), LESS, AGAIN_IF,
          ),
          sums((i, j) => [...get(`sums${i}`), ...get(`sum${i}_${j}`), ...store4(16 * j)]),
          each.flatMap((i) => advance(`sums${i}`, width)),
          advance("kernel", width),
          get("left"), width, SUBTRACT, set("left"),
          AGAIN,
        ),
      );
    };
    const others = each.slice(1).flatMap((i) => [...next("x", i, "xStep"), ...next("sums", i, "sumStep")]);
    return [...others, ...get("bytes"), ...set("left"), ...widths.flatMap(columns)];
  });
}

// The polynomial of Cephes' expf (S. Moshier) for exp(r) at |r| <= ln(2) / 2, the highest power first, and ln(2) in two
// parts, the first of few bits. What is left is a power of two: a float's exponent.
const POLYNOMIAL = [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
const LN2 = [0.693359375, -2.12194440e-4];

/** Code that sets the local `p` to 1 + exp(-x), for a local `x`, with the locals `t` and `n`; all four are fours of numbers. */
export function onePlusExponential({ get, set }) {
  const times = (name, value) => [...get(name), ...constant4(value), ...MULTIPLY4];
  return [
    get("x"), NEGATE4, constant4(88), LEAST4, constant4(-87), LARGEST4, set("t"), // beyond them it stays finite
    times("t", Math.LOG2E), NEAREST4, set("n"),
    LN2.flatMap((part) => [...get("t"), ...times("n", part), ...SUBTRACT4, ...set("t")]),
    constant4(POLYNOMIAL[0]), set("p"),
    POLYNOMIAL.slice(1).flatMap((term) => [...get("p"), ...get("t"), ...MULTIPLY4, ...constant4(term), ...ADD4, ...set("p")]),
    get("p"), get("t"), MULTIPLY4, get("t"), MULTIPLY4, get("t"), ADD4, constant4(1), ADD4, // exp(t), t being the rest
    get("n"), WHOLE4, constant4(127, Int32Array), ADD_WHOLE4, constant(23), SHIFT_WHOLE4, MULTIPLY4,
    constant4(1), ADD4, set("p"),
  ].flat();
}

// The function that makes x / (1 + exp(-x)) of the numbers from one address to another, or 1 / (1 + exp(-x)).
function logistic(takesOne) {
  return written(["at", "end"], ["unused"], ["x", "t", "n", "p"], ({ get, set, advance }) => loop(
    get("at"), load4(0), set("x"),
    onePlusExponential({ get, set }),
    get("at"), takesOne ? constant4(1) : get("x"), get("p"), DIVIDE4, store4(0),
    advance("at", constant(16)),
    get("at"), get("end"), LESS, AGAIN_IF,
  ));
}

/** What runs a model: functions in WebAssembly, which multiply and add at once where `fused`, and what serves without. */
const RUNNING = {
  functions: (fused) => ({
    one: multiply(1, [8, 4, 2, 1], fused), four: multiply(4, [2, 1], fused), silu: logistic(false), sigmoid: logistic(true),
  }),
  inJavaScript,
  modules: new Map(), // of which every memory has an instance
};

/**
 * Return {one(sums, x, end, kernel, bytes), four(..., xStep, sumStep), silu(at, end), sigmoid(at, end)} for a
 * WebAssembly.Memory, or other loops. Addresses are in bytes, and so are `bytes` = 4 n and the steps from one of four x,
 * or of their sums, to the next. x < end, at < end; the activations take four numbers at a time.
 */
export function loops(memory, kind = RUNNING) {
  for (const fused of [true, false]) try {
    return inWebAssembly(memory, fused, kind);
  } catch {} // a browser without that instruction, or without any of this
  return kind.inJavaScript(memory);
}

/** The loops in WebAssembly. Fused, a product is not rounded before it is added: a seventh less time. Throws an Error where it cannot run. */
export function inWebAssembly(memory, fused, { functions, modules } = RUNNING) {
  if (!modules.has(fused)) modules.set(fused, compiled(functions(fused)));
  return new WebAssembly.Instance(modules.get(fused), { m: { m: memory } }).exports;
}

/** The same in plain JavaScript, without the activations: these have loops in layers.js. */
export function inJavaScript(memory) {
  let all = new Float32Array(memory.buffer);
  const one = (sums, x, end, kernel, bytes) => {
    if (!all.length) all = new Float32Array(memory.buffer); // the memory has grown: it has another buffer
    let k = kernel >> 2;
    const from = sums >> 2, to = (sums + bytes) >> 2;
    for (let row = x >> 2; row < end >> 2; row++) {
      const v = all[row];
      for (let i = from; i < to; i++) all[i] += v * all[k++];
    }
  };
  const four = (sums, x, end, kernel, bytes, xStep, sumStep) => {
    for (let i = 0; i < 4; i++) one(sums + i * sumStep, x + i * xStep, end + i * xStep, kernel, bytes);
  };
  return { one, four };
}
