// The layers of a Spec for a batch of images, forwards and backwards (backpropagation: Rumelhart, Hinton and Williams,
// 1986). layers.js runs them for one image, without gradients; Keras is the mirror.
//
// A layer reads the block `x` and fills the block `y`, both (batch, ...) numbers. Backwards it is given the loss's gradient
// with respect to y, in `dy`. It adds the gradients with respect to its weights to `dKernel` and `dBias`, and the one with
// respect to x to `dx`, which is null where nobody wants it.

import { product } from "./layers.js";
import { addProduct, addRows, addTurned, copyRows, rectangles, transpose } from "./matrices.js";

/** name of a layer -> function of {sheets, layer, batch, shape, output, x, y, dx, dy, kernel, bias, dKernel, dBias} that returns
 * {forward(), backward()}. Flatten and reshape leave the numbers where they are. */
export const BOTH_WAYS = new Map(Object.entries({ dense, conv2d, conv2d_transpose: conv2dTranspose, depth_to_space: depthToSpace }));

function dense({ sheets, batch, x, y, dx, dy, kernel, bias, dKernel, dBias }) {
  const n = bias.length, k = kernel.length / n;
  const input = { block: x, rows: batch, columns: k }, output = { block: y, rows: batch, columns: n };
  const weights = { block: kernel, rows: k, columns: n }, outputGradient = { block: dy, rows: batch, columns: n };
  const rows = sheets.padded(k, n), turnedRows = sheets.padded(n, k), sums = sheets.padded(batch, n), back = sheets.padded(batch, k);
  const gradient = sheets.padded(k, n), turned = sheets.tight(k, batch), padded = sheets.padded(batch, n);
  return {
    forward() {
      copyRows(weights, rows);
      addProduct(cleared(sums), input, rows);
      copyRows(sums, output);
      addBias(y.data, bias.data);
    },
    backward() {
      addUp(dy.data, dBias.data);
      copyRows(outputGradient, padded);
      transpose(input, turned);
      addProduct(cleared(gradient), turned, padded);
      addRows(gradient, dKernel.data);
      if (!dx) return;
      transpose(weights, turnedRows);
      addProduct(cleared(back), outputGradient, turnedRows);
      addRows(back, dx.data);
    },
  };
}

// An image becomes a matrix with a row for each output pixel, of what that pixel sees; this times the kernel is the output.
function conv2d({ sheets, layer: { kernel: k, stride }, batch, shape, output, x, y, dx, dy, kernel, bias, dKernel, dBias }) {
  const [outH, outW, n] = output, places = outH * outW, run = k * k * shape[2];
  const pads = [0, 1].map((axis) => Math.floor(Math.max((output[axis] - 1) * stride + k - shape[axis], 0) / 2));
  const seen = rectangles(sheets.memory, shape, [outH, outW], k, stride, pads), weights = { block: kernel, rows: run, columns: n };
  const made = { block: y, rows: places, columns: n }, outputGradient = { block: dy, rows: places, columns: n };
  const rows = sheets.padded(run, n), turnedRows = sheets.padded(n, run), gradient = sheets.padded(n, run);
  const patches = sheets.padded(places, run), sums = sheets.padded(places, n), back = sheets.padded(places, run);
  const tight = sheets.tight(places, n), turned = sheets.tight(n, places);
  return {
    forward() {
      copyRows(weights, rows);
      for (let i = 0; i < batch; i++) {
        seen.take(x, i * product(shape), patches);
        addProduct(cleared(sums), patches, rows);
        copyRows(sums, made, 0, i * places * n);
      }
      addBias(y.data, bias.data);
    },
    backward() {
      addUp(dy.data, dBias.data);
      transpose(weights, turnedRows);
      cleared(gradient);
      for (let i = 0; i < batch; i++) {
        transpose(outputGradient, turned, i * places * n);
        seen.take(x, i * product(shape), patches);
        addProduct(gradient, turned, patches);
        if (!dx) continue;
        copyRows(outputGradient, tight, i * places * n);
        addProduct(cleared(back), tight, turnedRows);
        seen.add(back, dx, i * product(shape));
      }
      addTurned(gradient, dKernel.data);
    },
  };
}

// The other way round: each input pixel adds to the rectangle of output pixels that a convolution would see from there.
function conv2dTranspose({ sheets, layer: { kernel: k, stride, filters }, batch, shape, output, x, y, dx, dy, kernel, bias, dKernel, dBias }) {
  const [h, w, c] = shape, places = h * w, run = k * k * filters, pad = Math.floor(Math.max(k - stride, 0) / 2);
  const seen = rectangles(sheets.memory, output, [h, w], k, stride, [pad, pad]), weights = { block: kernel, rows: run, columns: c };
  const input = { block: x, rows: places, columns: c };
  const rows = sheets.padded(run, c), turnedRows = sheets.padded(c, run), gradient = sheets.padded(c, run);
  const patches = sheets.padded(places, run), sums = sheets.padded(places, run), back = sheets.padded(places, c);
  const tight = sheets.tight(places, c), turned = sheets.tight(c, places);
  return {
    forward() {
      transpose(weights, turnedRows);
      y.data.fill(0);
      for (let i = 0; i < batch; i++) {
        copyRows(input, tight, i * places * c);
        addProduct(cleared(sums), tight, turnedRows);
        seen.add(sums, y, i * product(output));
      }
      addBias(y.data, bias.data);
    },
    backward() {
      addUp(dy.data, dBias.data);
      copyRows(weights, rows);
      cleared(gradient);
      for (let i = 0; i < batch; i++) {
        transpose(input, turned, i * places * c);
        seen.take(dy, i * product(output), patches);
        addProduct(gradient, turned, patches);
        if (!dx) continue;
        addProduct(cleared(back), patches, rows);
        addRows(back, dx.data, i * places * c);
      }
      addTurned(gradient, dKernel.data);
    },
  };
}

function depthToSpace({ layer: { block }, batch, shape, output, x, y, dx, dy }) {
  const [h, w, c] = shape, depth = output[2], size = h * w * c;
  const each = (act) => {
    for (let i = 0, at = 0; i < batch; i++)
      for (let row = 0; row < h; row++) for (let column = 0; column < w; column++)
        for (let a = 0; a < block; a++) for (let b = 0; b < block; b++) {
          const to = i * size + ((row * block + a) * w * block + column * block + b) * depth;
          for (let k = 0; k < depth; k++) act(at++, to + k);
        }
  };
  return {
    forward() {
      const [from, to] = [x.data, y.data];
      each((i, j) => (to[j] = from[i]));
    },
    backward() {
      if (!dx) return;
      const [from, to] = [dy.data, dx.data];
      each((i, j) => (to[i] += from[j]));
    },
  };
}

/**
 * name of an activation -> function(gradient, before, after, n) that turns the gradient with respect to what it made into
 * the one with respect to what it was made of, in place; n numbers belong together.
 */
export const SLOPES = new Map(Object.entries({
  linear: null,
  relu(gradient, before) {
    for (let i = 0; i < gradient.length; i++) gradient[i] *= Number(before[i] > 0); // no branch, which would go either way
  },
  sigmoid(gradient, before, after) {
    for (let i = 0; i < gradient.length; i++) gradient[i] *= after[i] * (1 - after[i]);
  },
  tanh(gradient, before, after) {
    for (let i = 0; i < gradient.length; i++) gradient[i] *= 1 - after[i] * after[i];
  },
  silu(gradient, before) {
    for (let i = 0; i < gradient.length; i++) {
      const part = 1 / (1 + Math.exp(-before[i]));
      gradient[i] *= part * (1 + before[i] * (1 - part));
    }
  },
  softmax(gradient, before, after, n) {
    for (let start = 0; start < gradient.length; start += n) {
      let sum = 0;
      for (let i = start; i < start + n; i++) sum += gradient[i] * after[i];
      for (let i = start; i < start + n; i++) gradient[i] = after[i] * (gradient[i] - sum);
    }
  },
}));

function cleared(matrix) {
  matrix.block.data.fill(0);
  return matrix;
}

// One loop each, not one for the pixels and one for the channels: many layers have a single channel.
function addBias(numbers, bias) {
  for (let i = 0, k = 0; i < numbers.length; i++) {
    numbers[i] += bias[k];
    if (++k === bias.length) k = 0;
  }
}

function addUp(numbers, sums) {
  const total = new Float64Array(sums.length);
  for (let i = 0, k = 0; i < numbers.length; i++) {
    total[k] += numbers[i];
    if (++k === total.length) k = 0;
  }
  for (let k = 0; k < total.length; k++) sums[k] += total[k];
}
