// The memory of a model's numbers: its weights, and what its layers give.

import { loops } from "./loops.js";

export const fours = (n) => 4 * Math.ceil(n / 4); // what a row of n numbers takes
const PAGE = 65536; // bytes

/** The numbers of a model. A block is {at, length, data}: its address in bytes, how many numbers, and these. */
export class Memory {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.loops = loops(this.memory);
    Object.assign(this, { next: 0, blocks: [], kept: 0 });
  }

  /** Take a block, whose numbers are there after `commit`; or whole numbers, which stay as they are. */
  take(length, whole = null) {
    const block = { at: this.next, length, data: null, whole };
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
    for (const block of this.blocks) {
      block.data = new Float32Array(this.memory.buffer, block.at, block.length);
      if (block.whole) new Int32Array(this.memory.buffer, block.at, block.length).set(block.whole);
    }
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
