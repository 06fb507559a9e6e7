// The layers of a Spec: which shape each gives, how its weights lie in memory, and the loop that runs it.
// `aecore/core/forward.py` is the mirror in NumPy. Numbers lie channels last: index (y * w + x) * c + k.

import { fours } from "./memory.js";

export const product = (shape) => shape.reduce((a, b) => a * b, 1);

// `fields` are its whole numbers, and it takes shapes of so many `dimensions`; `output(layer, shape)` is null where it does
// not fit. Where a layer has weights, they are `rows(layer, shape)` rows of `columns(layer)` numbers, in the order that `arrange`
// brings the file's kernel into. `build` returns the function that fills the block `to` from the block `from`, or the `first`
// rows of it; a layer without it leaves the numbers where they are. `scale(layer)` is what becomes of height and width, [times,
// divided by]; `reads(layer, height, outputs, rows)` is how many rows of a map the first `rows` of its `outputs` depend on.
export const LAYERS = new Map(Object.entries({
  flatten: { fields: [], output: (layer, shape) => [product(shape)] },
  reshape: { fields: ["shape"], output: ({ shape }, from) => (product(shape) === product(from) ? shape : null) },
  dense: {
    fields: ["units"],
    dimensions: 1,
    output: ({ units }) => [units],
    rows: (layer, [n]) => n,
    columns: ({ units }) => units,
    build: dense,
  },
  conv2d: {
    fields: ["filters", "kernel", "stride"],
    dimensions: 3,
    scale: ({ stride }) => [1, stride],
    reads: ({ kernel, stride }, height, outputs, rows) => seen(forwards(height, outputs, kernel, stride), rows),
    output: ({ filters, stride }, [h, w]) => [Math.ceil(h / stride), Math.ceil(w / stride), filters],
    rows: ({ kernel }, [, , c]) => kernel ** 2 * c,
    columns: ({ filters }) => filters,
    build: (plan) => convolution(plan, forwards),
  },
  conv2d_transpose: {
    fields: ["filters", "kernel", "stride"],
    dimensions: 3,
    scale: ({ stride }) => [stride, 1],
    reads: ({ kernel, stride }, height, outputs, rows) => seen(backwards(height, outputs, kernel, stride), rows),
    output: ({ filters, stride }, [h, w]) => [h * stride, w * stride, filters],
    rows: ({ kernel }, [, , c]) => kernel ** 2 * c,
    columns: ({ filters }) => filters,
    arrange: turned,
    build: (plan) => convolution(plan, backwards),
  },
  depth_to_space: {
    fields: ["block"],
    dimensions: 3,
    scale: ({ block }) => [block, 1],
    reads: ({ block }, height, outputs, rows) => Math.ceil(rows / block),
    output: ({ block }, [h, w, c]) => (c % block ** 2 ? null : [h * block, w * block, c / block ** 2]),
    build: depthToSpace,
  },
}));

const MAX_ACTIVATIONS = 1 << 20; // numbers in what a network reads, or in the output of a layer
const MAX_STRIDE = 256;

export const isSize = (n, most) => Number.isInteger(n) && n >= 1 && n <= most;

/** Return the shape of maps or vectors beside each other along the last axis, for the network `name` to read. */
export function concatenated(name, shapes) {
  const ends = shapes.map((shape) => shape.at(-1)), rest = shapes.map((shape) => String(shape.slice(0, -1)));
  if (new Set(rest).size > 1) throw new Error(`"${name}" cannot concatenate shapes ${shapes.map(inWords).join(" and ")}`);
  return checked([...shapes[0].slice(0, -1), ends.reduce((a, b) => a + b)], `"${name}" would read`);
}

/** Return the shape that each layer of a network gives, for what it reads. */
export function outputShapes(name, layers, shape) {
  return layers.map((layer, i) => {
    const { dimensions, output } = LAYERS.get(layer.layer), where = `layer ${i + 1} of "${name}"`;
    const given = !dimensions || shape.length === dimensions ? output(layer, shape) : null;
    if (!given) throw new Error(`${where}: ${layer.layer} does not fit shape ${inWords(shape)}`);
    return (shape = checked(given, `${where} would give`));
  });
}

function checked(shape, what) {
  const size = product(shape);
  if (isSize(size, MAX_ACTIVATIONS)) return shape;
  throw new Error(`${what} ${size.toLocaleString("en")} numbers, more than ${MAX_ACTIVATIONS.toLocaleString("en")}`);
}

const inWords = (shape) => `(${shape.join(", ")})`;

/**
 * Return {stride, scales}: open heights and widths are padded to a multiple of `stride`, so that every layer gives whole
 * pixels; scales: name -> [times, divided by] of every input and network whose height and width are open.
 */
export function openSizes({ inputs, networks }) {
  const scales = new Map();
  for (const [name, shape] of Object.entries(inputs)) if (shape.includes(null)) scales.set(name, [1, 1]);
  let stride = 1;
  for (const [name, { reads, layers }] of Object.entries(networks)) {
    if (!reads.some((read) => scales.has(read))) continue;
    const different = new Set(reads.map((read) => String(scales.get(read)))).size > 1;
    if (different) throw new Error(`"${name}" reads maps of different sizes`);
    let [times, by] = scales.get(reads[0]);
    for (const layer of layers) {
      const { scale } = LAYERS.get(layer.layer);
      if (!scale) throw new Error(`"${name}": ${layer.layer} needs a known height and width`);
      const [up, down] = scale(layer), common = gcd(times * up, by * down);
      [times, by] = [(times * up) / common, (by * down) / common];
      stride *= by / gcd(stride, by);
      if (stride > MAX_STRIDE || times > MAX_ACTIVATIONS) throw new Error(`"${name}" shrinks or grows open sizes too much`);
    }
    scales.set(name, [times, by]);
  }
  return { stride, scales };
}

function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

const CHUNK = 128; // rows summed in single precision; chunks are added in double: long sums stay as exact as Keras' own
const AT_ONCE = 8; // rows multiplied at once: processors fetch the next numbers of so few rows ahead, of 128 they do not

function dense({ memory, from, to, rows, bias }) {
  const n = bias.length, bytes = 4 * fours(n), chunk = memory.take(n), sums = new Float64Array(n);
  const end = from.at + 4 * from.length;
  return () => {
    sums.set(bias);
    for (let x = from.at, row = rows.at; x < end; x += 4 * CHUNK, row += CHUNK * bytes) {
      chunk.data.fill(0);
      for (let k = 0; k < CHUNK && x + 4 * k < end; k += AT_ONCE)
        memory.loops.one(chunk.at, x + 4 * k, Math.min(x + 4 * (k + AT_ONCE), end), row + k * bytes, bytes);
      for (let i = 0; i < n; i++) sums[i] += chunk.data[i];
    }
    to.data.set(sums);
  };
}

// Both convolutions are one loop. An output pixel (y, x) sees a rectangle of input pixels: rows as `down[y]` says,
// columns as `across[x]` says. One input row of it lies in one piece, and so do the weights it is multiplied with. Four
// pixels that see rectangles of one size with the same weights are computed at once.
function convolution({ memory, layer: { kernel: k, stride }, shape: [h, w, c], output: [outH, outW], first, from, to, rows, bias }, spans) {
  const n = bias.length, bytes = 4 * fours(n), { one, four } = memory.loops;
  const tiles = (n % 4 ? singles : inFours)(spans(h, outH, k, stride).slice(0, first), spans(w, outW, k, stride));
  return () => {
    const out = to.data;
    for (const { down, across, size, inputsApart: [y, x], outputsApart: [outY, outX] } of tiles) {
      const pixel = n * (down.output * outW + across.output), apart = n * (outY * outW + outX);
      for (let i = 0; i < size; i++) out.set(bias, pixel + i * apart);
      if (across.count) for (let r = 0; r < down.count; r++) { // writes up to three numbers past a pixel, where the next one's bias goes
        const start = from.at + 4 * c * ((down.first + r) * w + across.first), end = start + 4 * c * across.count;
        const kernel = rows.at + bytes * c * ((down.weight + r) * k + across.weight);
        if (size === 4) four(to.at + 4 * pixel, start, end, kernel, bytes, 4 * c * (y * w + x), 4 * apart);
        else one(to.at + 4 * pixel, start, end, kernel, bytes);
      }
    }
  };
}

const single = (down, across) => ({ down, across, size: 1, inputsApart: [0, 0], outputsApart: [0, 0] });

// Each pixel alone, in order.
function singles(downs, acrosses) {
  return downs.flatMap((down) => acrosses.map((across) => single(down, across)));
}

// Pixels by four: beside each other, and what is left of a row with its neighbours in the rows below.
function inFours(downs, acrosses) {
  const [beside, left] = alike(acrosses), [below, rest] = alike(downs);
  return [
    ...downs.flatMap((down) => beside.map(([a, b]) => ({
      down, across: a, size: 4, inputsApart: [0, b.first - a.first], outputsApart: [0, b.output - a.output],
    }))),
    ...left.flatMap((across) => below.map(([a, b]) => ({
      down: a, across, size: 4, inputsApart: [b.first - a.first, 0], outputsApart: [b.output - a.output, 0],
    }))),
    ...singles(rest, left),
  ];
}

// Spans by four that have the same weights, equally far apart, and those that are left over. Some may see nothing.
function alike(spans) {
  const found = [], left = spans.filter(({ count }) => !count);
  for (const group of Map.groupBy(spans.filter(({ count }) => count), ({ count, weight }) => `${count} ${weight}`).values()) {
    const whole = group.length - (group.length % 4);
    for (let i = 0; i < whole; i += 4) found.push(group.slice(i, i + 4));
    left.push(...group.slice(whole));
  }
  return [found, left];
}

// Which inputs each `output` sees along one axis: `count` from `first` on, with weights from `weight` on.
function forwards(size, outputs, k, stride) {
  const pad = Math.floor(Math.max((outputs - 1) * stride + k - size, 0) / 2);
  return Array.from({ length: outputs }, (_, o) => {
    const start = o * stride - pad, first = Math.max(start, 0);
    return { output: o, first, count: Math.max(Math.min(start + k, size) - first, 0), weight: first - start };
  });
}

// How many inputs along that axis the first `outputs` see.
const seen = (spans, outputs) => Math.max(...spans.slice(0, outputs).map(({ first, count }) => first + count));

// The same for a transposed convolution: input i reaches output i * stride + t - pad with weight t, so that an output
// sees every stride-th weight, the last one first. `turned` lays these beside each other.
function backwards(size, outputs, k, stride) {
  const pad = Math.floor(Math.max(k - stride, 0) / 2), order = descending(k, stride);
  return Array.from({ length: outputs }, (_, o) => {
    const first = Math.max(Math.ceil((o + pad - k + 1) / stride), 0);
    const last = Math.min(Math.floor((o + pad) / stride), size - 1);
    return { output: o, first, count: Math.max(last - first + 1, 0), weight: order.indexOf(o + pad - first * stride) };
  });
}

// Below k: the numbers of each remainder by the stride together, the largest first. (5, 2) -> 4 2 0 3 1
function descending(k, stride) {
  const all = Array.from({ length: k }, (_, i) => k - 1 - i);
  return Array.from({ length: stride }, (_, phase) => all.filter((i) => i % stride === phase)).flat();
}

// (k, k, filters, c) -> (k, k, c, filters), the layout of conv2d, with rows and columns in descending order
function turned(kernel, { kernel: k, stride, filters }) {
  const out = new Float32Array(kernel.length), c = kernel.length / (k * k * filters), order = descending(k, stride);
  let to = 0;
  for (const i of order) for (const j of order) for (let ch = 0; ch < c; ch++) for (let f = 0; f < filters; f++)
    out[to++] = kernel[((i * k + j) * filters + f) * c + ch];
  return out;
}

function depthToSpace({ layer: { block }, shape: [h, w, c], first = h * block, from, to }) {
  const depth = c / block ** 2;
  return () => {
    const x = from.data, out = to.data;
    let at = 0;
    for (let y = 0; y < first / block; y++) for (let xx = 0; xx < w; xx++) for (let i = 0; i < block; i++) for (let j = 0; j < block; j++) {
      const start = ((y * block + i) * w * block + xx * block + j) * depth;
      for (let k = 0; k < depth; k++) out[start + k] = x[at++];
    }
  };
}

/** name -> function that changes numbers in place; softmax is over the last axis, of n numbers. */
export const ACTIVATIONS = new Map(Object.entries({ linear: null, relu, silu, sigmoid, tanh, softmax }));

// Loops of their own: one loop that takes the function as an argument needs 19 instead of 10 ns a number (silu, V8).
function relu(x) {
  for (let i = 0; i < x.length; i++) x[i] = x[i] > 0 ? x[i] : 0;
}

function silu(x) {
  for (let i = 0; i < x.length; i++) x[i] /= 1 + Math.exp(-x[i]);
}

function sigmoid(x) {
  for (let i = 0; i < x.length; i++) x[i] = 1 / (1 + Math.exp(-x[i]));
}

function tanh(x) {
  for (let i = 0; i < x.length; i++) x[i] = Math.tanh(x[i]);
}

function softmax(x, n) {
  for (let start = 0; start < x.length; start += n) {
    let largest = -Infinity, sum = 0;
    for (let i = start; i < start + n; i++) largest = Math.max(largest, x[i]);
    for (let i = start; i < start + n; i++) sum += x[i] = Math.exp(x[i] - largest);
    for (let i = start; i < start + n; i++) x[i] /= sum;
  }
}
