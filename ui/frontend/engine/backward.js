// The layers of a Spec for a batch of images, forwards and backwards (backpropagation: Rumelhart, Hinton and Williams,
// 1986). layers.js runs them for one image, without gradients; Keras is the mirror.
//
// A layer reads the block `x` and fills the block `y`, both (batch, ...) numbers. Backwards it is given the loss's gradient
// with respect to y, in `dy`. It adds the gradients with respect to its weights to `dKernel` and `dBias`, and the one with
// respect to x to `dx`, which is null where nobody wants it.

import { product } from "./layers.js";
import { matrix, repeated, turned } from "./matrices.js";

/** name of a layer -> function of {sheets, layer, batch, shape, output, x, y, dx, dy, kernel, bias, dKernel, dBias} that returns
 * {forward(), backward()}. Flatten and reshape leave the numbers where they are. */
export const BOTH_WAYS = new Map(Object.entries({ dense, conv2d, conv2d_transpose: conv2dTranspose, depth_to_space: depthToSpace }));

function dense({ sheets, batch, x, y, dx, dy, kernel, bias, dKernel, dBias }) {
  const n = bias.length, k = kernel.length / n, weights = matrix(kernel, n);
  const packed = sheets.panels(k, n), packedTurned = sheets.panels(n, k), gradient = sheets.panels(batch, n);
  return {
    forward() {
      sheets.pack(weights, packed);
      sheets.multiply(matrix(y, n), repeated(bias), matrix(x, k), packed, batch);
    },
    backward() {
      sheets.pack(matrix(dy, n), gradient);
      sheets.addUp(gradient, dBias);
      sheets.multiply(matrix(dKernel, n), matrix(dKernel, n), turned(matrix(x, k)), gradient, k);
      if (!dx) return;
      sheets.pack(turned(weights), packedTurned);
      sheets.multiply(matrix(dx, k), matrix(dx, k), matrix(dy, n), packedTurned, batch);
    },
  };
}

// A convolution and its transpose are between an image and a grid, each place of which sees k x k pixels. What a place sees is
// a row of a matrix; this times the kernel is the grid (`down`), and the grid times the kernel, turned, is what the places add
// to the image (`up`). The kernel's gradient is the same either way.
function window({ sheets, k, stride, pads, image, grid, kernel, dKernel }) {
  const c = grid[2], run = k * k * image[2], places = grid[0] * grid[1], weights = matrix(kernel, c);
  const rectangles = sheets.rectangles(image, grid, k, stride, pads), zeros = sheets.memory.take(run);
  const seen = sheets.take(places * run), packed = sheets.panels(run, c), packedTurned = sheets.panels(c, run), gradient = sheets.panels(places, c);
  const at = (block, i) => matrix(block, c, i * places * c); // the grid of an image
  return {
    take: (block, i) => rectangles.take(block, i * product(image), seen),
    pack: () => sheets.pack(weights, packed),
    down: (block, i, start = at(block, i)) => sheets.multiply(at(block, i), start, matrix(seen, run), packed, places),
    packTurned: () => sheets.pack(turned(weights), packedTurned),
    up(block, target, i) {
      sheets.multiply(matrix(seen, run), repeated(zeros), at(block, i), packedTurned, places);
      rectangles.add(seen, target, i * product(image));
    },
    /** Returns the grid of an image, packed. */
    learn(block, i) {
      sheets.pack(at(block, i), gradient);
      sheets.multiply(matrix(dKernel, c), matrix(dKernel, c), turned(matrix(seen, run)), gradient, run);
      return gradient;
    },
  };
}

function conv2d({ sheets, layer: { kernel: k, stride }, batch, shape, output, x, y, dx, dy, kernel, bias, dKernel, dBias }) {
  const pads = [0, 1].map((axis) => Math.floor(Math.max((output[axis] - 1) * stride + k - shape[axis], 0) / 2));
  const { take, pack, down, packTurned, up, learn } = window({ sheets, k, stride, pads, image: shape, grid: output, kernel, dKernel });
  return {
    forward() {
      pack();
      for (let i = 0; i < batch; i++) {
        take(x, i);
        down(y, i, repeated(bias));
      }
    },
    backward() {
      packTurned();
      for (let i = 0; i < batch; i++) {
        take(x, i);
        sheets.addUp(learn(dy, i), dBias);
        if (dx) up(dy, dx, i);
      }
    },
  };
}

// The other way round: each input pixel adds to the rectangle of output pixels that a convolution would see from there.
function conv2dTranspose({ sheets, layer: { kernel: k, stride, filters }, batch, shape, output, x, y, dx, dy, kernel, bias, dKernel, dBias }) {
  const pad = Math.floor(Math.max(k - stride, 0) / 2), pixels = output[0] * output[1];
  const { take, pack, down, packTurned, up, learn } = window({ sheets, k, stride, pads: [pad, pad], image: output, grid: shape, kernel, dKernel });
  const gradient = sheets.panels(pixels, filters), biases = sheets.memory.take(pixels * filters);
  return {
    forward() {
      packTurned();
      for (let i = 0; i < biases.length; i += filters) biases.data.set(bias.data, i);
      for (let i = 0; i < batch; i++) {
        y.data.set(biases.data, i * biases.length);
        up(x, y, i);
      }
    },
    backward() {
      pack();
      for (let i = 0; i < batch; i++) {
        sheets.pack(matrix(dy, filters, i * biases.length), gradient);
        sheets.addUp(gradient, dBias);
        take(dy, i);
        learn(x, i);
        if (dx) down(dx, i);
      }
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
