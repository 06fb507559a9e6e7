// Writes WebAssembly with 128-bit SIMD by hand, for the loops that cost time: no build step is needed then. The names
// are those of the instructions; numbers in comments are none but theirs, as the specification has them.

const I32 = 0x7f, F32 = 0x7d, V128 = 0x7b, VOID = 0x40, END = 0x0b;
const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >> 7)]);
const simd = (code, ...more) => [0xfd, ...leb(code), ...more];

export const [ADD, SUBTRACT, LESS, AT_LEAST] = [[0x6a], [0x6b], [0x49], [0x4f]];
export const [AGAIN_IF, AGAIN] = [[0x0d, 0], [0x0c, 1]]; // the loop; from within a `when`
export const constant = (value) => [0x41, (value & 127) | 128, value >> 7]; // below 8192
export const loop = (...code) => [0x03, VOID, ...code.flat(), END];
export const when = (...code) => [0x04, VOID, ...code.flat(), END];
export const loadWhole = (offset) => [0x28, 2, ...leb(offset)];
export const [LOAD_WHOLE, LOAD, STORE, ADD_NUMBER] = [loadWhole(0), [0x2a, 2, 0], [0x38, 2, 0], [0x92]];
export const NOT_NEGATIVE = [...constant(0), 0x4e];
/** One number (or four) or the other, as the whole number before says. */
export const either = (one, other, isVector) => [0x04, isVector ? V128 : F32, ...one, 0x05, ...other, END];
export const ZERO = [0x43, 0, 0, 0, 0];

// Four numbers at a time. SPLAT4 loads one number four times.
export const splat4 = (offset) => simd(0x09, 2, ...leb(offset));
export const SPLAT4 = splat4(0);
export const load4 = (offset) => simd(0x00, 2, ...leb(offset));
export const store4 = (offset) => simd(0x0b, 2, ...leb(offset));
export const constant4 = (value, Kind = Float32Array) => simd(0x0c, ...new Uint8Array(Kind.of(value, value, value, value).buffer));
export const ZERO4 = constant4(0);
export const [ADD4, SUBTRACT4, MULTIPLY4, DIVIDE4] = [0xe4, 0xe5, 0xe6, 0xe7].map((code) => simd(code));
export const MULTIPLY_ADD4 = simd(0x105); // of "relaxed" SIMD, which not every browser has
export const [NEGATE4, ROOT4, LEAST4, LARGEST4, NEAREST4] = [0xe1, 0xe3, 0xe8, 0xe9, 0x6a].map((code) => simd(code));
export const [GREATER4, AND4, OR4] = [0x44, 0x4e, 0x50].map((code) => simd(code)); // GREATER4: all bits of a number, or none
export const [LOWER4, HIGHER4] = [0xea, 0xeb].map((code) => simd(code)); // as LEAST4, LARGEST4, in a third of the time: for numbers, not NaN
/** Four of the eight numbers of two fours, those of the first being 0 to 3. */
export const pick4 = (...places) => simd(0x0d, ...places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte)));
export const [WHOLE4, ADD_WHOLE4, SHIFT_WHOLE4] = [0xf8, 0xae, 0xab].map((code) => simd(code));

/**
 * Return a function {parameters, code} whose local numbers are called by name: `write({get, set, advance})` returns its
 * code, `advance(name, ...by)` being what adds to a whole number. `parameters` and `numbers` are whole numbers, `vectors`
 * are fours of numbers.
 */
export function written(parameters, numbers, vectors, write) {
  const local = new Map([...parameters, ...numbers, ...vectors].map((name, i) => [name, i]));
  const get = (name) => [0x20, local.get(name)], set = (name) => [0x21, local.get(name)];
  const advance = (name, ...by) => [...get(name), ...by.flat(), ...ADD, ...set(name)];
  const kinds = [[numbers.length, I32], [vectors.length, V128]].filter(([count]) => count);
  const code = [kinds.length, ...kinds.flat(), ...write({ get, set, advance }), END];
  return { parameters, code };
}

const sized = (bytes) => [...leb(bytes.length), ...bytes];
const section = (id, entries) => [id, ...sized([entries.length, ...entries.flat()])];
const named = (text) => sized(Array.from(text, (letter) => letter.charCodeAt(0)));

/** Return the module of functions, name -> {parameters, code}: they return nothing, and work on the memory given as m.m. */
export function compiled(functions) {
  const all = Object.entries(functions);
  const types = all.map(([, { parameters }]) => [0x60, ...sized(parameters.map(() => I32)), 0]);
  const bytes = [
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // "\0asm", version 1
    ...section(1, types),
    ...section(2, [[...named("m"), ...named("m"), 2, 0, 1]]), // the memory
    ...section(3, all.map((_, i) => [i])),
    ...section(7, all.map(([name], i) => [...named(name), 0, i])),
    ...section(10, all.map(([, { code }]) => sized(code))),
  ];
  return new WebAssembly.Module(Uint8Array.from(bytes));
}
