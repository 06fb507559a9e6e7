// The files of models and atlases: fetched from the server, or from the page itself where it carries them, and read.
// They are safetensors files: a header of JSON, then the numbers (https://github.com/huggingface/safetensors).

const carried = new Map(); // url -> function that gives a promise of a Response

/** Let a file come from the page itself. */
export function carry(url, respond) {
  carried.set(url, respond);
}

/** Fetch a model's or an atlas' file; resolves to a Response. */
export async function fetchFile(url) {
  return carried.has(url) ? carried.get(url)() : fetch(url);
}

const DTYPES = {
  I8: (bytes) => new Int8Array(bytes),
  U8: (bytes) => new Uint8Array(bytes),
  I16: (bytes) => new Int16Array(bytes),
  U16: (bytes) => new Uint16Array(bytes),
  F16: halfToFloat,
  F32: (bytes) => new Float32Array(bytes),
};

/** Read a file's bytes: {tensors: {name: numbers}, metadata}. Bytes with a scale per channel become Float32. */
export function readSafetensors(buffer) {
  try {
    return read(buffer);
  } catch (error) {
    throw new Error(`this is not a complete safetensors file: ${error.message}`, { cause: error });
  }
}

function read(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...header } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, { dtype, data_offsets: [start, end] }] of Object.entries(header))
    tensors[name] = DTYPES[dtype](buffer.slice(8 + length + start, 8 + length + end));
  for (const [name, values] of Object.entries(tensors)) if (values instanceof Int8Array) tensors[name] = scaled(values, tensors[`${name}.scale`]);
  return { tensors, metadata };
}

function scaled(values, scale) {
  if (values.length % scale.length !== 0) throw new Error(`${values.length} numbers do not go with ${scale.length} scales`);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; ) for (let k = 0; k < scale.length; k++, i++) out[i] = values[i] * scale[k];
  return out;
}

// A half float has only 65,536 values: look them up.
let halfFloats = null;

function halfToFloat(bytes) {
  const halves = new Uint16Array(bytes);
  halfFloats ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 0x3ff, bits & 0x8000 ? -1 : 1];
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
  });
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halfFloats[halves[i]];
  return out;
}
