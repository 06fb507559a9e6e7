// Corrupt images on purpose; what each kind and level means is said in `aecore/corruption.py`, its twin.
// A seed makes a pattern; the level only scales it, so that the noise does not flicker while the level is dragged.

/** Corrupt an image (784,) in [0, 1]; level in [0, 1], seed a positive integer; returns a new image. */
export function corrupt(image, kind, level, seed) {
  return KINDS[kind](image, level, generator(seed)).map((v) => Math.min(Math.max(v, 0), 1));
}

const KINDS = {
  gaussian: (image, level, random) => image.map((v) => v + level * (1 + normal(random))),
  salt_and_pepper: (image, level, random) =>
    image.map((v) => {
      const dice = random();
      if (dice < level / 2) return 0;
      return dice >= 1 - level / 2 ? 1 : v;
    }),
  occlusion: (image, level, random) => {
    const side = Math.round(28 * level);
    const [top, left] = [random(), random()].map((u) => Math.floor(u * (29 - side)));
    const inside = (i) => i >= 0 && i < side;
    return image.map((v, i) => (inside(Math.floor(i / 28) - top) && inside((i % 28) - left) ? 0 : v));
  },
};

// Box and Muller, 1958. One number per pair, so that every pixel takes the same share of the sequence.
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

// Mulberry32, a 32-bit generator by Tommy Ettinger: uniform in [0, 1).
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
