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

/** Add `left` times `right` to `sums`. `sums` and `right` are padded. */
export function addProduct(sums, left, right) {
  const { one, four } = sums.memory.loops, { rows, columns: depth } = left, width = fours(right.columns), bytes = 4 * width;
  const apart = stepOf(left);
  const step = Math.max(8, Math.floor(CHUNK / width)), [to, from, kernels] = [sums, left, right].map(({ block }) => block.at);
  for (let k = 0; k < depth; k += step) {
    const count = 4 * Math.min(step, depth - k), kernel = kernels + k * bytes;
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      const x = from + 4 * (row * apart + k);
      four(to + row * bytes, x, x + count, kernel, bytes, 4 * apart, bytes);
    }
    for (; row < rows; row++) {
      const x = from + 4 * (row * apart + k);
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

/** Add the columns of a padded matrix to numbers, one after the other. */
export function addTurned({ block, rows, columns }, numbers) {
  const source = block.data, step = fours(columns);
  for (let column = 0; column < columns; column++) for (let row = 0; row < rows; row++) numbers[column * rows + row] += source[row * step + column];
}

/** Add the rows of a padded matrix to numbers, from one of them on. */
export function addRows({ block, rows, columns: n }, numbers, start = 0) {
  const source = block.data, step = fours(n);
  for (let row = 0; row < rows; row++) for (let i = 0; i < n; i++) numbers[start + row * n + i] += source[row * step + i];
}

const TILE = 16; // rows and columns that are turned at a time, so that what is read stays near the processor

/** Fill a matrix with another one, rows as columns; the other one may be a part of its block, from a number on. */
export function transpose(from, to, start = 0) {
  const [source, target] = [from.block.data, to.block.data], { rows, columns } = from, width = stepOf(to), step = stepOf(from);
  for (let top = 0; top < rows; top += TILE) for (let left = 0; left < columns; left += TILE)
    for (let row = top; row < Math.min(top + TILE, rows); row++)
      for (let column = left; column < Math.min(left + TILE, columns); column++)
        target[column * width + row] = source[start + row * step + column];
}

/**
 * What each place of a grid sees of an image: {take, add}. `image` and `grid` are [height, width, channels] and
 * [height, width]; place (y, x) sees k x k pixels from (y, x) * stride - pad on, and zeros beyond the edge.
 *
 * take(block, at, matrix) fills a padded matrix with a row of k * k * channels numbers for each place of the image that
 * begins at a number of a block. add(matrix, block, at) adds each number of such a matrix to the one that it would be of.
 */
export function rectangles(memory, [height, width, channels], grid, k, stride, pads) {
  const step = fours(k * k * channels), index = new Int32Array(grid[0] * grid[1] * step).fill(-1); // of each number, in bytes
  let row = 0;
  for (let y = 0; y < grid[0]; y++) for (let x = 0; x < grid[1]; x++, row += step)
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
      const [top, left] = [y * stride - pads[0] + i, x * stride - pads[1] + j];
      if (top < 0 || left < 0 || top >= height || left >= width) continue;
      for (let c = 0; c < channels; c++) index[row + (i * k + j) * channels + c] = 4 * ((top * width + left) * channels + c);
    }
  const block = memory.take(index.length, index), { loops } = memory;
  return {
    take: (from, at, to) => loops.gather(block.at, block.at + 4 * index.length, from.at + 4 * at, to.block.at),
    add: (from, to, at) => loops.scatter(block.at, block.at + 4 * index.length, from.block.at, to.at + 4 * at),
  };
}
