// Paints whole pictures in WebAssembly, frame by frame; plain JavaScript serves where that cannot run (engine/loops.js).

import { loops } from "../../frontend/engine/loops.js";
import { Memory } from "../../frontend/engine/memory.js";
import {
  ADD, ADD4, AGAIN_IF, constant, constant4, DIVIDE4, HIGHER4, LESS, load4, loadWhole, loop, LOWER4, MULTIPLY4, NEGATE4, OR4,
  pick4, SHIFT_WHOLE4, SPLAT4, splat4, store4, SUBTRACT4, written,
} from "../../frontend/engine/webassembly.js";
import { CB, CR, GREEN_OF_CB, GREEN_OF_CR, pixelOf } from "./chroma.js";

const MAPS = 4; // numbers of a cell: slope and offset of Cb, slope and offset of Cr
const TINY = 1e-4; // chroma that nobody sees, instead of none, to divide by

/** Paints a picture whose chroma is a weighted sum of some: all that one of them gives is found once, for it is linear. */
export class Painter {
  /** For an Upsampler, and `chromas` on its grid of cells. */
  constructor(upsampler, chromas) {
    const { luminance, width, height, across, down } = upsampler;
    const memory = new Memory(), columns = places(width, across), rows = places(height, down), size = MAPS * across * down;
    Object.assign(this, { width, height, across, rows, size });
    this.weights = memory.take(chromas.length);
    this.each = memory.take(chromas.length * size);
    this.sum = memory.take(size);
    this.line = memory.take(MAPS * across); // between two rows of it
    this.cells = memory.take(width, columns.first.map((cell) => 4 * MAPS * cell));
    this.along = memory.take(width);
    this.low = memory.take(height);
    this.luminance = memory.take(width * height);
    this.painted = memory.take(width * height);
    memory.commit();
    this.loops = { ...memory.loops, ...loops(memory.memory, PAINTING) };
    chromas.forEach((chroma, k) => this.each.data.set(upsampler.maps(chroma), k * size));
    this.along.data.set(columns.part);
    this.low.data.set(rows.part);
    this.luminance.data.set(luminance);
    this.pixels = new Uint8ClampedArray(memory.memory.buffer, this.painted.at, 4 * width * height);
  }

  /** Paint the sum of the chromas with these weights: RGBA pixels, which the next call overwrites. */
  paint(weights) {
    const { width, height, across, rows, loops, each, sum, line, cells, along, low, luminance, painted } = this;
    this.weights.data.set(weights);
    sum.data.fill(0);
    loops.one(sum.at, this.weights.at, this.weights.at + 4 * this.weights.length, each.at, 4 * this.size);
    const rowOf = (cell) => sum.at + 4 * MAPS * across * cell, end = line.at + 4 * MAPS * across;
    for (let y = 0, at = 0; y < height; y++, at += 4 * width) {
      loops.mix(line.at, end, rowOf(rows.first[y]), rowOf(rows.second[y]), low.at + 4 * y);
      loops.row(painted.at + at, painted.at + at + 4 * width, luminance.at + at, cells.at, along.at, line.at);
    }
    return this.pixels;
  }
}

// Between which two cells each pixel lies along one axis, and how far from the first.
function places(size, cells) {
  const [first, second, part] = [new Int32Array(size), new Int32Array(size), new Float32Array(size)];
  for (let i = 0; i < size; i++) {
    const at = Math.min(Math.max(((i + 0.5) * cells) / size - 0.5, 0), cells - 1);
    first[i] = Math.floor(at);
    second[i] = Math.min(first[i] + 1, cells - 1);
    part[i] = at - first[i];
  }
  return { first, second, part };
}

/**
 * For `loops`, all addresses in bytes: mix(to, end, top, bottom, low) makes a line of cells that lies `low` of the way from one
 * to another; row(pixels, end, luminance, cells, along, line) paints a row of pixels, each `along` of the way from the cell
 * that `cells` says to the next one. Four pixels at a time: what it paints past `end`, the next row paints over.
 */
export const PAINTING = { functions: () => ({ mix: mix(), row: row() }), inJavaScript, modules: new Map() };

const mix = () => written(["to", "end", "top", "bottom", "low"], [], ["part"], ({ get, set, advance }) => [
  ...get("low"), ...SPLAT4, ...set("part"),
  ...loop(
    get("to"), get("top"), load4(0), get("bottom"), load4(0), get("top"), load4(0), SUBTRACT4, get("part"), MULTIPLY4, ADD4, store4(0),
    ["to", "top", "bottom"].flatMap((name) => advance(name, constant(16))),
    get("to"), get("end"), LESS, AGAIN_IF,
  ),
]);

function row() {
  const pixels = [0, 1, 2, 3], maps = pixels.map((i) => `maps${i}`);
  const vectors = [...maps, "one", "other", "y", "cb", "cr", "r", "g", "b", "most"];
  return written(["to", "end", "luminance", "cells", "along", "line"], ["cell"], vectors, ({ get, set, advance }) => {
    const times = (name, factor) => [...get(name), ...constant4(factor), ...MULTIPLY4];
    const picked = (one, other, ...places) => [...get(one), ...get(other), ...pick4(...places)];
    const chroma = (first) => [ // slope times luminance and offset; of four pixels, the maps of each of which are together
      ...picked("maps0", "maps1", first, first + 4, first + 1, first + 5), ...set("one"),
      ...picked("maps2", "maps3", first, first + 4, first + 1, first + 5), ...set("other"),
      ...picked("one", "other", 0, 1, 4, 5), ...get("y"), ...MULTIPLY4, ...picked("one", "other", 2, 3, 6, 7), ...ADD4,
    ];
    const extreme = (kind) => [...get("r"), ...get("g"), ...kind, ...get("b"), ...kind];
    const room = (room, colour) => [...room, ...colour, ...constant4(TINY), ...HIGHER4, ...DIVIDE4];
    const byte = (colour, shift) => [ // the last byte of 2 ** 23 and a number is the whole number nearest to it
      ...times("y", 255), ...get(colour), ...get("most"), ...MULTIPLY4, ...ADD4, ...constant4(2 ** 23), ...ADD4, ...constant(shift), ...SHIFT_WHOLE4,
    ];
    return loop(
      pixels.flatMap((i) => [
        ...get("cells"), ...loadWhole(4 * i), ...get("line"), ...ADD, ...set("cell"),
        ...get("cell"), ...load4(0), ...get("cell"), ...load4(16), ...get("cell"), ...load4(0), ...SUBTRACT4,
        ...get("along"), ...splat4(4 * i), ...MULTIPLY4, ...ADD4, ...set(maps[i]),
      ]),
      get("luminance"), load4(0), set("y"),
      chroma(0), set("cb"), chroma(2), set("cr"),
      times("cr", CR), set("r"), times("cb", GREEN_OF_CB), times("cr", GREEN_OF_CR), ADD4, set("g"), times("cb", CB), set("b"),
      // What of the chroma screens can show, as in `pixelOf`.
      room([...constant4(1), ...get("y"), ...SUBTRACT4], extreme(HIGHER4)), room(get("y"), [...extreme(LOWER4), ...NEGATE4]), LOWER4,
      constant4(1), LOWER4, constant4(255), MULTIPLY4, set("most"),
      get("to"), byte("r", 0), byte("g", 8), OR4, byte("b", 16), OR4, constant4(255 << 24, Int32Array), OR4, store4(0),
      ["to", "luminance", "cells", "along"].flatMap((name) => advance(name, constant(16))),
      get("to"), get("end"), LESS, AGAIN_IF,
    );
  });
}

function inJavaScript({ buffer }) {
  const [all, whole] = [new Float32Array(buffer), new Int32Array(buffer)];
  return {
    mix(to, end, top, bottom, low) {
      for (let i = 0; i < (end - to) / 4; i++) all[to / 4 + i] = all[top / 4 + i] + all[low / 4] * (all[bottom / 4 + i] - all[top / 4 + i]);
    },
    row(to, end, luminance, cells, along, line) {
      for (let i = 0; i < (end - to) / 4; i++) {
        const cell = (line + whole[cells / 4 + i]) / 4, part = all[along / 4 + i], y = all[luminance / 4 + i];
        const map = (k) => all[cell + k] + part * (all[cell + k + MAPS] - all[cell + k]);
        whole[to / 4 + i] = pixelOf(y, map(0) * y + map(1), map(2) * y + map(3));
      }
    },
  };
}
