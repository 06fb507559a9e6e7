// The loops that cost time while a network learns, in WebAssembly; loops.js has those that run it. Where they cannot run,
// plain JavaScript serves. Addresses and steps are in bytes, and every loop runs at least once.

import { onePlusExponential } from "./loops.js";
import {
  ADD, ADD4, ADD_NUMBER, AGAIN_IF, AND4, constant, constant4, DIVIDE4, either, GREATER4, LARGEST4, LESS, LOAD, LOAD_WHOLE,
  load4, loop, MULTIPLY4, MULTIPLY_ADD4, NOT_NEGATIVE, ROOT4, SPLAT4, splat4, STORE, store4, SUBTRACT4, when, written,
  ZERO, ZERO4,
} from "./webassembly.js";

/** columns of a panel (matrices.js) -> how many rows are multiplied with it at a time: eight sums of four columns are at work. */
export const ROWS = { 16: 2, 8: 4, 4: 8 };

const upTo = (count) => Array.from({ length: count }, (_, i) => i);

// to[i] = from[i] + sum over k of x[i][k] * panel[k], for so many rows i at a time, until `to0` is at its end.
function product(rows, columns, fused) {
  const each = upTo(rows), across = upTo(columns / 4), pointers = ["to", "from", "x"];
  const parameters = ["to0", "toStep", "toEnd", "from0", "fromStep", "x0", "xStep", "kStep", "panel", "panelEnd"];
  const numbers = ["row", ...each.map((i) => `k${i}`), ...pointers.flatMap((name) => each.slice(1).map((i) => name + i))];
  const vectors = ["v", ...across.map((j) => `panel${j}`), ...each.flatMap((i) => across.map((j) => `sum${i}_${j}`))];
  return written(parameters, numbers, vectors, ({ get, set, advance }) => {
    const sums = (code) => each.flatMap((i) => across.flatMap((j) => code(i, j, `sum${i}_${j}`)));
    const next = (name, i) => [...get(`${name}${i}`), ...get(`${name}Step`), ...ADD, ...set(`${name}${(i + 1) % rows}`)];
    const addProduct = (sum, numbers) => fused
      ? [...get(numbers), ...get("v"), ...get(sum), ...MULTIPLY_ADD4, ...set(sum)]
      : [...get(sum), ...get(numbers), ...get("v"), ...MULTIPLY4, ...ADD4, ...set(sum)];
    return loop(
      pointers.flatMap((name) => each.slice(1).flatMap((i) => next(name, i - 1))),
      each.flatMap((i) => [...get(`x${i}`), ...set(`k${i}`)]),
      sums((i, j, sum) => [...get(`from${i}`), ...load4(16 * j), ...set(sum)]),
      get("panel"), set("row"),
      loop(
        across.flatMap((j) => [...get("row"), ...load4(16 * j), ...set(`panel${j}`)]),
        each.flatMap((i) => [
          ...get(`k${i}`), ...SPLAT4, ...set("v"),
          ...across.flatMap((j) => addProduct(`sum${i}_${j}`, `panel${j}`)),
          ...advance(`k${i}`, get("kStep")),
        ]),
        advance("row", constant(4 * columns)),
        get("row"), get("panelEnd"), LESS, AGAIN_IF,
      ),
      sums((i, j, sum) => [...get(`to${i}`), ...get(sum), ...store4(16 * j)]),
      pointers.flatMap((name) => next(name, rows - 1)),
      get("to0"), get("toEnd"), LESS, AGAIN_IF,
    );
  });
}

// Copies so many bytes of each row of a matrix to the rows of a panel, one or four numbers at a time.
function pack(vector) {
  const parameters = ["to", "toEnd", "toStep", "from", "rowStep", "columnStep", "bytes"], size = constant(vector ? 16 : 4);
  return written(parameters, ["at", "put", "end"], [], ({ get, set, advance }) => loop(
    get("from"), set("at"), get("to"), set("put"), get("to"), get("bytes"), ADD, set("end"),
    loop(
      get("put"), get("at"), vector ? [...load4(0), ...store4(0)] : [...LOAD, ...STORE],
      advance("at", get("columnStep")), advance("put", size),
      get("put"), get("end"), LESS, AGAIN_IF,
    ),
    advance("from", get("rowStep")), advance("to", get("toStep")),
    get("to"), get("toEnd"), LESS, AGAIN_IF,
  ));
}

// Takes numbers from `from` to `to` by an index: whole numbers, in bytes, from one address to another, negative where there
// is nothing to take, which becomes zero. Or, the other way round, adds them to where it says. One or four at a time.
function indexed(isGather, vector) {
  const size = constant(vector ? 16 : 4), [load, store] = vector ? [load4(0), store4(0)] : [LOAD, STORE];
  return written(["index", "end", "from", "to"], ["v", "at"], [], ({ get, set, advance }) => loop(
    get("index"), LOAD_WHOLE, set("v"),
    isGather
      ? [
        ...get("to"), ...get("v"), ...NOT_NEGATIVE,
        ...either([...get("from"), ...get("v"), ...ADD, ...load], vector ? ZERO4 : ZERO, vector), ...store, ...advance("to", size),
      ]
      : [
        ...get("v"), ...NOT_NEGATIVE,
        ...when(
          get("to"), get("v"), ADD, set("at"),
          get("at"), get("at"), load, get("from"), load, vector ? ADD4 : ADD_NUMBER, store,
        ),
        ...advance("from", size),
      ],
    advance("index", constant(4)),
    get("index"), get("end"), LESS, AGAIN_IF,
  ));
}

const relu = () => written(["at", "end"], [], [], ({ get, advance }) => loop(
  get("at"), get("at"), load4(0), constant4(0), LARGEST4, store4(0),
  advance("at", constant(16)), get("at"), get("end"), LESS, AGAIN_IF,
));

// Turns the gradient with respect to what an activation made into the one with respect to what it was made of, `before`.
const slope = (vectors, code) => written(["to", "end", "gradient", "before"], [], ["x", ...vectors], ({ get, set, advance }) => loop(
  get("before"), load4(0), set("x"),
  code({ get, set }),
  ["to", "gradient", "before"].flatMap((name) => advance(name, constant(16))),
  get("to"), get("end"), LESS, AGAIN_IF,
));

const reluSlope = () => slope([], ({ get }) => [
  ...get("to"), ...get("gradient"), ...load4(0), ...get("x"), ...constant4(0), ...GREATER4, ...AND4, ...store4(0),
]);

// With s = 1 / (1 + exp(-x)), the slope is s (1 + x (1 - s)).
const siluSlope = () => slope(["t", "n", "p"], ({ get, set }) => [
  ...onePlusExponential({ get, set }),
  ...constant4(1), ...get("p"), ...DIVIDE4, ...set("p"),
  ...get("to"), ...get("gradient"), ...load4(0), ...get("p"), ...MULTIPLY4,
  ...constant4(1), ...get("x"), ...constant4(1), ...get("p"), ...SUBTRACT4, ...MULTIPLY4, ...ADD4, ...MULTIPLY4, ...store4(0),
]);

// AdamW (losses.js) for the numbers from one address to another; `settings` are five numbers.
function adamW() {
  const settings = ["new1", "new2", "kept", "size", "tiny"], parameters = ["at", "end", "gradient", "first", "second", "settings"];
  return written(parameters, [], [...settings, "g", "m", "v"], ({ get, set, advance }) => {
    const loaded = (name) => [...get(name), ...load4(0)];
    const towards = (name, value, by) => [...loaded(name), ...value, ...loaded(name), ...SUBTRACT4, ...get(by), ...MULTIPLY4, ...ADD4];
    return [
      ...settings.flatMap((name, i) => [...get("settings"), ...splat4(4 * i), ...set(name)]),
      ...loop(
        loaded("gradient"), set("g"),
        towards("first", get("g"), "new1"), set("m"),
        towards("second", [...get("g"), ...get("g"), ...MULTIPLY4], "new2"), set("v"),
        get("first"), get("m"), store4(0), get("second"), get("v"), store4(0),
        get("at"), loaded("at"), get("kept"), MULTIPLY4,
        get("m"), get("size"), MULTIPLY4, get("v"), ROOT4, get("tiny"), ADD4, DIVIDE4, SUBTRACT4, store4(0),
        ["at", "gradient", "first", "second"].flatMap((name) => advance(name, constant(16))),
        get("at"), get("end"), LESS, AGAIN_IF,
      ),
    ];
  });
}

/**
 * For `loops` in loops.js. product16(to, toStep, toEnd, from, fromStep, x, xStep, kStep, panel, panelEnd) and one16, product8 and
 * so on, for ROWS rows at a time and for one; pack(to, toEnd, toStep, from, rowStep, columnStep, bytes) and pack4; gather(index,
 * end, from, to), scatter, gather4, scatter4; relu(at, end); reluSlope(to, end, gradient, before), siluSlope;
 * adamW(at, end, gradient, first, second, settings).
 */
export const LEARNING = {
  functions: (fused) => ({
    ...Object.fromEntries(Object.entries(ROWS).flatMap(([columns, rows]) => [
      [`product${columns}`, product(rows, columns, fused)], [`one${columns}`, product(1, columns, fused)],
    ])),
    pack: pack(false), pack4: pack(true),
    gather: indexed(true, false), gather4: indexed(true, true), scatter: indexed(false, false), scatter4: indexed(false, true),
    relu: relu(), reluSlope: reluSlope(), siluSlope: siluSlope(), adamW: adamW(),
  }),
  inJavaScript,
  modules: new Map(),
};

// The same in plain JavaScript, without the activations and their slopes: these have loops in layers.js and backward.js.
function inJavaScript(memory) {
  let known = new Float32Array(0);
  const numbers = () => (known.length ? known : (known = new Float32Array(memory.buffer))); // a memory that has grown has another buffer
  const products = (columns) => (to, toStep, toEnd, from, fromStep, x, xStep, kStep, panel, panelEnd) => {
    const all = numbers();
    for (; to < toEnd; to += toStep, from += fromStep, x += xStep) {
      const sums = all.slice(from / 4, from / 4 + columns);
      for (let row = panel / 4, k = x / 4; row < panelEnd / 4; row += columns, k += kStep / 4)
        for (let j = 0; j < columns; j++) sums[j] += all[k] * all[row + j];
      all.set(sums, to / 4);
    }
  };
  const packed = (count) => (to, toEnd, toStep, from, rowStep, columnStep, bytes) => {
    const all = numbers();
    for (; to < toEnd; to += toStep, from += rowStep) for (let i = 0, at = from; i < bytes; i += 4 * count, at += columnStep)
      all.copyWithin((to + i) / 4, at / 4, at / 4 + count);
  };
  const byIndex = (isGather, count) => (index, end, from, to) => {
    const all = numbers();
    let k = (isGather ? to : from) / 4;
    for (const place of new Int32Array(memory.buffer, index, (end - index) / 4)) for (let j = 0; j < count; j++, k++) {
      if (isGather) all[k] = place < 0 ? 0 : all[(from + place) / 4 + j];
      else if (place >= 0) all[(to + place) / 4 + j] += all[k];
    }
  };
  return {
    ...Object.fromEntries(Object.keys(ROWS).flatMap((columns) => ["product", "one"].map((name) => [name + columns, products(Number(columns))]))),
    pack: packed(1), pack4: packed(4),
    gather: byIndex(true, 1), gather4: byIndex(true, 4), scatter: byIndex(false, 1), scatter4: byIndex(false, 4),
    adamW(...addresses) {
      const all = numbers(), [at, end, gradient, first, second, settings] = addresses.map((address) => address / 4);
      const [new1, new2, kept, size, tiny] = all.subarray(settings);
      for (let i = 0; i < end - at; i++) {
        const g = all[gradient + i], m = (all[first + i] += new1 * (g - all[first + i])), v = (all[second + i] += new2 * (g * g - all[second + i]));
        all[at + i] = kept * all[at + i] - (size * m) / (Math.sqrt(v) + tiny);
      }
    },
  };
}
