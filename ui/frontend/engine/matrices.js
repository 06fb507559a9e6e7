// Products of matrices for a batch of images, and images as matrices of the rectangles that a convolution sees.
//
// A matrix is {at, step, across}: the address of its first number, and how many bytes later the next row and the next column
// are. The right matrix of a product is packed into panels of 16, 8 or 4 columns, the rows of a panel one after the other:
// they stay near the processor while all rows of the left one pass.

import { ROWS } from "./learning_loops.js";

/** A block's numbers from one of them on, as a matrix with so many columns. */
export const matrix = (block, columns, first = 0) => ({ at: block.at + 4 * first, step: 4 * columns, across: 4 });
/** The same, rows as columns. */
export const turned = ({ at, step, across }) => ({ at, step: across, across: step });
/** A matrix of which each row is the block's first numbers, or each number is its first. */
export const repeated = (block) => ({ at: block.at, step: 0, across: 0 });

/** Blocks for what a layer needs for a moment. Those of a layer are free again when the layer is done, so all layers share them. */
export class Sheets {
  constructor(memory, loops) {
    Object.assign(this, { memory, loops, blocks: [], next: 0, one: memory.take(1) });
  }

  /** Begin with the blocks of another layer. */
  layer() {
    this.next = 0;
    return this;
  }

  take(length) {
    const shared = (this.blocks[this.next++] ??= { length: 0, block: null });
    shared.length = Math.max(shared.length, length);
    return { length, get at() { return shared.block.at; }, get data() { return shared.block.data.subarray(0, length); } };
  }

  /** Panels for a right matrix of so many rows and columns. */
  panels(rows, columns) {
    const panels = [];
    for (let first = 0, width; first < columns; first += width) {
      width = columns - first >= 16 ? 16 : columns - first > 4 ? 8 : 4;
      panels.unshift({ first, width, filled: Math.min(width, columns - first) });
    }
    return { rows, columns, panels, block: this.take(rows * (columns + 3)) };
  }

  /** Take the blocks from the memory, once all layers have asked for theirs. */
  commit() {
    for (const shared of this.blocks) shared.block = this.memory.take(shared.length);
  }

  /** Fill panels with a matrix. */
  pack({ at, step, across }, { rows, panels, block }) {
    for (const { first, width, filled } of panels) {
      const to = block.at + 4 * rows * first, end = to + 4 * rows * width, bytes = 4 * width;
      if (filled < width) block.data.fill(0, rows * first);
      if (across === 4 && filled === width) this.loops.pack4(to, end, bytes, at + 4 * first, step, 16, bytes);
      else this.loops.pack(to, end, bytes, at + across * first, step, across, 4 * filled);
    }
  }

  /**
   * Fill so many rows of `to` with those of `start`, to which `left` times the packed matrix is added. What is written past
   * the end of a row, up to three numbers, is what was there, or is written again later: panels and rows are in that order.
   */
  multiply(to, start, left, { rows: depth, panels, block }, rows) {
    for (const { first, width } of panels) {
      const panel = block.at + 4 * depth * first, whole = rows - (rows % ROWS[width]);
      const run = (name, row, end) => this.loops[name + width](
        to.at + 4 * first + row * to.step, to.step, to.at + 4 * first + end * to.step, start.at + 4 * first + row * start.step, start.step,
        left.at + row * left.step, left.step, left.across, panel, panel + 4 * depth * width,
      );
      if (whole) run("product", 0, whole);
      if (whole < rows) run("one", whole, rows);
    }
  }

  /** Add the rows of a packed matrix to a block. */
  addUp(panels, block) {
    this.one.data[0] = 1;
    const sums = matrix(block, panels.columns);
    this.multiply(sums, sums, repeated(this.one), panels, 1);
  }

  /**
   * What each place of a grid sees of an image: {take, add}. `image` and `grid` are [height, width, channels] and
   * [height, width]; place (y, x) sees k x k pixels from (y, x) * stride - pad on, and zeros beyond the edge.
   *
   * take(block, at, seen) fills a block with k * k * channels numbers for each place of the image that begins at a number of
   * another block. add(seen, block, at) adds each number of such a block to the one that it would be of.
   */
  rectangles([height, width, channels], grid, k, stride, pads) {
    const index = [], size = channels % 4 ? 1 : 4; // numbers at a time
    for (let y = 0; y < grid[0]; y++) for (let x = 0; x < grid[1]; x++) for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
      const [top, left] = [y * stride - pads[0] + i, x * stride - pads[1] + j], outside = top < 0 || left < 0 || top >= height || left >= width;
      for (let c = 0; c < channels; c += size) index.push(outside ? -1 : 4 * ((top * width + left) * channels + c));
    }
    const block = this.memory.take(index.length, index), end = block.at + 4 * index.length, { loops } = this;
    const [gather, scatter] = size === 4 ? [loops.gather4, loops.scatter4] : [loops.gather, loops.scatter];
    return {
      take: (from, at, seen) => gather(block.at, end, from.at + 4 * at, seen.at),
      add: (seen, to, at) => scatter(block.at, end, seen.at, to.at + 4 * at),
    };
  }
}
