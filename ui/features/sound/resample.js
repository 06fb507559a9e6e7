// Sounds at another rate, through a windowed sinc: mirrors `resampled` in `aecore/data/sounds.py`, SciPy's `resample_poly`.

const HALF = 10, BETA = 5; // zeros of the sinc on each side, and the shape of Kaiser's window

const divisor = (a, b) => (b ? divisor(b, a % b) : a);

// The modified Bessel function of order zero.
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

function lowPass(longest) {
  const middle = HALF * longest, taps = new Float64Array(2 * middle + 1);
  for (let i = 0; i < taps.length; i++) {
    const x = (i - middle) / longest, sinc = x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1;
    taps[i] = sinc * bessel(BETA * Math.sqrt(1 - (i / middle - 1) ** 2));
  }
  const sum = taps.reduce((a, b) => a + b);
  return taps.map((tap) => tap / sum);
}

/** A sound of one rate at another one: (ceil(samples x wanted / rate),). */
export function resampled(sound, rate, wanted) {
  if (rate === wanted || !sound.length) return sound;
  const common = divisor(rate, wanted), up = wanted / common, down = rate / common, longest = Math.max(up, down);
  const taps = lowPass(longest), middle = HALF * longest, out = new Float32Array(Math.ceil((sound.length * up) / down));
  for (let i = 0; i < out.length; i++) {
    const place = i * down + middle; // on the grid of both rates
    const last = Math.min(Math.floor(place / up), sound.length - 1), first = Math.max(Math.ceil((place - 2 * middle) / up), 0);
    let value = 0;
    for (let from = first; from <= last; from++) value += sound[from] * taps[place - from * up];
    out[i] = up * value;
  }
  return out;
}
