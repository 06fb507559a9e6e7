// Products of matrices for a batch of images, and images as matrices of the rectangles that a convolution sees. A matrix
// is {block, rows, columns, padded}: a block of memory.js, whose rows lie one after the other, or, where the matrix is
// padded, each at a multiple of four numbers.

import { fours } from "./memory.js";

const CHUNK = 16384; // numbers of the right matrix at a time, which stay near the processor while all rows are multiplied

/** Blocks for matrices. Those of a layer are free again when the layer is done, so all layers share them. */
export class Sheets {
  constructor(memory) {
    Object.assign(this, { memory, blocks: [], next: 0 });
  }

  /** Begin with the matrices of another layer. */
  layer() {
    this.next = 0;
    return this;
  }

  tight(rows, columns) {
    return this.take({ rows, columns, padded: false }, rows * columns);
  }

  padded(rows, columns) {
    return this.take({ rows, columns, padded: true }, rows * fours(columns));
  }

  take(matrix, length) {
    const shared = (this.blocks[this.next++] ??= { length: 0, block: null });
    shared.length = Math.max(shared.length, length);
    const { memory } = this;
    const block = {
      length,
      get at() { return shared.block.at; },
      get data() { return shared.block.data.subarray(0, length); },
    };
    return { ...matrix, block, memory };
  }

  /** Take the blocks from the memory, once all layers have asked for theirs. */
  commit() {
    for (const shared of this.blocks) shared.block = this.memory.take(shared.length);
  }
}

/** Add `left` times `right` to `sums`. `sums` and `right` are padded sheets, `left` is not padded. */
export function addProduct(sums, left, right) {
  const { one, four } = sums.memory.loops, { rows, columns: depth } = left, width = fours(right.columns), bytes = 4 * width;
  const step = Math.max(8, Math.floor(CHUNK / width)), [to, from, kernels] = [sums, left, right].map(({ block }) => block.at);
  for (let k = 0; k < depth; k += step) {
    const count = 4 * Math.min(step, depth - k), kernel = kernels + k * bytes;
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      const x = from + 4 * (row * depth + k);
      four(to + row * bytes, x, x + count, kernel, bytes, 4 * depth, bytes);
    }
    for (; row < rows; row++) {
      const x = from + 4 * (row * depth + k);
      one(to + row * bytes, x, x + count, kernel, bytes);
    }
  }
}

const stepOf = ({ columns, padded }) => (padded ? fours(columns) : columns);

/** Fill a matrix with the rows of another one of its size; each may be a part of its block, from a number on. */
export function copyRows(from, to, fromStart = 0, toStart = 0) {
  const source = from.block.data, target = to.block.data, n = to.columns, step = stepOf(from), stride = stepOf(to);
  if (step === n && stride === n) return target.set(source.subarray(fromStart, fromStart + to.rows * n), toStart);
  for (let row = 0; row < to.rows; row++) {
    const at = fromStart + row * step, put = toStart + row * stride;
    for (let i = 0; i < n; i++) target[put + i] = source[at + i];
  }
}

/** Add the rows of a padded matrix to numbers, from one of them on. */
export function addRows({ block, rows, columns: n }, numbers, start = 0) {
  const source = block.data, step = fours(n);
  for (let row = 0; row < rows; row++) for (let i = 0; i < n; i++) numbers[start + row * n + i] += source[row * step + i];
}

const TILE = 16; // rows and columns that are turned at a time, so that what is read stays near the processor

/** Fill a matrix with one that is not padded, rows as columns. */
export function transpose(from, to) {
  const [source, target] = [from.block.data, to.block.data], { rows, columns } = from, width = stepOf(to);
  for (let top = 0; top < rows; top += TILE) for (let left = 0; left < columns; left += TILE)
    for (let row = top; row < Math.min(top + TILE, rows); row++)
      for (let column = left; column < Math.min(left + TILE, columns); column++)
        target[column * width + row] = source[row * columns + column];
}

/**
 * What each place of a grid sees of an image: {take, takeTurned, add}. `image` and `grid` are [height, width, channels]
 * and [height, width]; place (y, x) sees k x k pixels from (y, x) * stride - pad on, and zeros beyond the edge.
 *
 * take(data, at, matrix) fills a matrix with a row of k * k * channels numbers for each place, takeTurned with a column
 * for each; add(matrix, data, at) adds the rows of a padded matrix to the pixels that they are of.
 */
export function rectangles([height, width, channels], grid, k, stride, pads) {
  const spans = grid.map((places, axis) => Array.from({ length: places }, (_, place) => {
    const start = place * stride - pads[axis], size = axis ? width : height;
    return { start, first: Math.max(0, -start), end: Math.min(k, size - start) }; // which of the k are inside
  }));
  const run = k * k * channels;

  // Calls act(place, i, first, end, pixel): row i of the rectangle, whose columns from `first` to `end` begin at `pixel`.
  function each(act) {
    let place = 0;
    for (const y of spans[0]) for (const x of spans[1]) {
      for (let i = y.first; i < y.end; i++) if (x.first < x.end) act(place, i, x.first, x.end, (y.start + i) * width + x.start + x.first);
      place++;
    }
  }

  return {
    take(data, at, { block: { data: out } }) {
      out.fill(0);
      each((place, i, first, end, pixel) => {
        const from = at + pixel * channels;
        out.set(data.subarray(from, from + (end - first) * channels), place * run + (i * k + first) * channels);
      });
    },
    takeTurned(data, at, { columns, block: { data: out } }) {
      out.fill(0);
      each((place, i, first, end, pixel) => {
        const count = (end - first) * channels, row = (i * k + first) * channels, from = at + pixel * channels;
        for (let n = 0; n < count; n++) out[(row + n) * columns + place] = data[from + n];
      });
    },
    add({ block: { data: sums } }, data, at) {
      const step = fours(run);
      each((place, i, first, end, pixel) => {
        const count = (end - first) * channels, from = place * step + (i * k + first) * channels, to = at + pixel * channels;
        for (let n = 0; n < count; n++) data[to + n] += sums[from + n];
      });
    },
  };
}
