// The forward pass in plain JavaScript: the same Specs as Keras and NumPy, readable in one sitting.
// `aecore/forward.py` is its twin. Arrays are flat Float32Arrays of one image, channels last: index (y * w + x) * c + k.

const IMAGE_SHAPE = [28, 28, 1];
const models = new Map(); // url -> Promise of a model: every component on the page shares one download

/** Load a model file; resolves to {spec, statistics, latentDim, encode(image), decode(latent)}. */
export function loadModel(url) {
  if (!models.has(url)) {
    const model = fetch(url).then(async (response) => {
      if (!response.ok) throw new Error(`the model could not be loaded (HTTP ${response.status})`);
      return parseModel(await response.arrayBuffer());
    });
    model.catch(() => models.delete(url)); // a later call may try again
    models.set(url, model);
  }
  return models.get(url);
}

/** Build a model from the bytes of a safetensors file written by aecore. */
export function parseModel(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const metadata = header.__metadata__;
  delete header.__metadata__;
  const spec = JSON.parse(metadata.spec);
  const weights = {};
  for (const [name, { dtype, data_offsets: [start, end] }] of Object.entries(header)) {
    const bytes = buffer.slice(8 + length + start, 8 + length + end);
    weights[name] = dtype === "F16" ? halfToFloat(new Uint16Array(bytes)) : new Float32Array(bytes);
  }
  const latentDim = spec.encoder.at(-1).units;
  const encoder = prepare(spec.encoder, weights, "encoder", IMAGE_SHAPE);
  const decoder = prepare(spec.decoder, weights, "decoder", [latentDim]);
  const run = (steps, x) => steps.reduce((value, step) => step(value), x);
  return {
    spec,
    statistics: JSON.parse(metadata.statistics),
    latentDim,
    encode: (image) => run(encoder, image).slice(), // (784,) -> (latentDim,)
    decode: (latent) => run(decoder, latent).slice(), // (latentDim,) -> (784,)
  };
}

// Each layer becomes a function from its input to its output; outputs live in buffers allocated once.
function prepare(layers, weights, side, shape) {
  return layers.flatMap((layer, i) => {
    const [build, output] = LAYERS[layer.layer](layer, shape);
    const size = output.reduce((a, b) => a * b, 1);
    shape = output;
    if (!build) return []; // flatten and reshape: the numbers stay where they are
    const step = build(weights[`${side}.${i}.kernel`], weights[`${side}.${i}.bias`], new Float32Array(size));
    const activate = ACTIVATIONS[layer.activation];
    return activate ? [step, (x) => activate(x)] : [step];
  });
}

const ACTIVATIONS = {
  relu: (x) => each(x, (v) => (v > 0 ? v : 0)),
  silu: (x) => each(x, (v) => v / (1 + Math.exp(-v))),
  sigmoid: (x) => each(x, (v) => 1 / (1 + Math.exp(-v))),
  tanh: (x) => each(x, Math.tanh),
};

function each(x, f) {
  for (let i = 0; i < x.length; i++) x[i] = f(x[i]);
  return x;
}

// layer, input shape -> [how to build it, output shape]
const LAYERS = {
  flatten: (layer, shape) => [null, [shape.reduce((a, b) => a * b, 1)]],
  reshape: (layer) => [null, layer.shape],
  dense: ({ units }) => [(kernel, bias, out) => (x) => dense(x, kernel, bias, out), [units]],
  depth_to_space: ({ block }, [h, w, c]) => [
    (kernel, bias, out) => (x) => depthToSpace(x, h, w, c, block, out),
    [h * block, w * block, c / block ** 2],
  ],
  conv2d: ({ filters, kernel: k, stride }, [h, w, c]) => {
    const [outH, outW] = [Math.ceil(h / stride), Math.ceil(w / stride)];
    const pad = (size, out) => Math.floor(Math.max((out - 1) * stride + k - size, 0) / 2);
    const [top, left] = [pad(h, outH), pad(w, outW)];
    const taps = [];
    for (let oy = 0; oy < outH; oy++) for (let ox = 0; ox < outW; ox++) for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
      const [y, x] = [oy * stride + i - top, ox * stride + j - left];
      if (y >= 0 && y < h && x >= 0 && x < w) taps.push([y * w + x, i * k + j, oy * outW + ox]);
    }
    return [(kernel, bias, out) => convolve(taps, c, filters, kernel, bias, out), [outH, outW, filters]];
  },
  conv2d_transpose: ({ filters, kernel: k, stride }, [h, w, c]) => {
    const [outH, outW] = [h * stride, w * stride];
    const pad = Math.floor(Math.max(k - stride, 0) / 2);
    const taps = [];
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
      const [oy, ox] = [y * stride + i - pad, x * stride + j - pad];
      if (oy >= 0 && oy < outH && ox >= 0 && ox < outW) taps.push([y * w + x, i * k + j, oy * outW + ox]);
    }
    taps.sort((a, b) => a[2] - b[2]);
    const build = (kernel, bias, out) => convolve(taps, c, filters, swapLastTwo(kernel, filters, c), bias, out);
    return [build, [outH, outW, filters]];
  },
};

function dense(x, kernel, bias, out) {
  const sums = Float64Array.from(bias); // double precision, so that the order of summation does not show
  addProduct(sums, x, 0, x.length, kernel, 0);
  out.set(sums);
  return out;
}

// sums += x[from .. from + count] times `count` rows of the kernel, starting at `row`.
function addProduct(sums, x, from, count, kernel, row) {
  const n = sums.length, n2 = 2 * n, n3 = 3 * n;
  let k = 0;
  for (; k + 4 <= count; k += 4, row += 4 * n) { // four rows at once: a quarter of the traffic on `sums`
    const a = x[from + k], b = x[from + k + 1], c = x[from + k + 2], d = x[from + k + 3];
    if (a === 0 && b === 0 && c === 0 && d === 0) continue; // most of a digit is black
    for (let i = 0, r = row; i < n; i++, r++)
      sums[i] += a * kernel[r] + b * kernel[r + n] + c * kernel[r + n2] + d * kernel[r + n3];
  }
  for (; k < count; k++, row += n) {
    const v = x[from + k];
    if (v !== 0) for (let i = 0; i < n; i++) sums[i] += v * kernel[row + i];
  }
}

// Both convolutions are one loop over taps (input pixel, kernel position, output pixel), ordered by output pixel.
function convolve(taps, c, filters, kernel, bias, out) {
  const flat = Int32Array.from(taps.flat());
  const sums = new Float64Array(filters);
  return (x) => {
    let t = 0;
    for (let pixel = 0; pixel * filters < out.length; pixel++) {
      sums.set(bias);
      for (; t < flat.length && flat[t + 2] === pixel; t += 3) {
        addProduct(sums, x, flat[t] * c, c, kernel, flat[t + 1] * c * filters);
      }
      out.set(sums, pixel * filters);
    }
    return out;
  };
}

function depthToSpace(x, h, w, c, block, out) {
  const depth = c / block ** 2;
  let from = 0;
  for (let y = 0; y < h; y++) for (let xx = 0; xx < w; xx++) for (let i = 0; i < block; i++) for (let j = 0; j < block; j++) {
    const to = ((y * block + i) * w * block + xx * block + j) * depth;
    for (let k = 0; k < depth; k++) out[to + k] = x[from++];
  }
  return out;
}

// (k, k, filters, c) -> (k, k, c, filters): the layout conv2d uses
function swapLastTwo(kernel, filters, c) {
  const out = new Float32Array(kernel.length);
  for (let start = 0; start < kernel.length; start += filters * c)
    for (let f = 0; f < filters; f++) for (let k = 0; k < c; k++) out[start + k * filters + f] = kernel[start + f * c + k];
  return out;
}

// A half float has only 65,536 values: look them up.
let halfFloats = null;

function halfToFloat(halves) {
  halfFloats ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 0x3ff, bits & 0x8000 ? -1 : 1];
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
  });
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halfFloats[halves[i]];
  return out;
}
