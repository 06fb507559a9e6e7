// How typical a latent is of real digits, by the mixture of Gaussians in the model's file: mirrors
// `aecore/latent/typicality.py`, which says what it means.

const MOST = 1000; // real digits that a latent is compared with: some 20 ms, once per model
const RARE = 1e-9; // added to each class of a component, which may have no digit
const LEAST_SPREAD = 1e-6; // of a component along an axis

export const EDGE = 95; // from this percentile on, a latent is at the edge of what real digits have

const known = new WeakMap(); // model -> what was found with its atlas

/** The typicality of latents of a model, with the digits of its atlas; null where its file has no mixture. */
export function typicalityOf(model, atlas) {
  if (!model.mixture) return null;
  if (known.get(model)?.atlas !== atlas) known.set(model, new Typicality(model.mixture, atlas));
  return known.get(model);
}

class Typicality {
  constructor({ weights, means, factors }, atlas) {
    const dim = atlas.dim, count = weights.length;
    Object.assign(this, { atlas, dim, count, means, factors, kinds: atlas.means.length / dim, whitened: new Float64Array(dim) });
    const total = weights.reduce((a, b) => a + b);
    this.constants = Float64Array.from(weights, (weight, k) => {
      let constant = Math.log(weight / total);
      for (let i = 0; i < dim; i++) constant -= Math.log(Math.abs(this.spread(k, i)));
      return constant;
    });
    const step = Math.ceil(atlas.count / MOST), digits = [];
    for (let i = 0; i < atlas.count; i += step) digits.push({ label: atlas.labels[i], ...this.weigh(atlas.latent(i)) });
    this.classes = this.classesOf(digits);
    for (const digit of digits) digit.doubt = this.doubt(digit.components);
    const sorted = (values) => Float64Array.from(values).sort();
    this.densities = sorted(digits.map(({ density }) => density));
    this.doubts = sorted(digits.map(({ doubt }) => doubt));
    this.scores = sorted(digits.map((digit) => Math.max(...this.fractions(digit))));
  }

  /** The deviation of component k along axis i, given the axes before. */
  spread(k, i) {
    const own = this.factors[(k * this.dim + i) * this.dim + i];
    return Math.abs(own) < LEAST_SPREAD ? LEAST_SPREAD : own;
  }

  /** The log density of a latent (up to a constant), and how likely each component is to have made it. */
  weigh(latent) {
    const { dim, count, means, factors, whitened } = this, components = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      let square = 0;
      for (let i = 0, row = k * dim * dim; i < dim; i++, row += dim) {
        let away = latent[i] - means[k * dim + i];
        for (let j = 0; j < i; j++) away -= factors[row + j] * whitened[j];
        whitened[i] = away / this.spread(k, i);
        square += whitened[i] ** 2;
      }
      components[k] = this.constants[k] - square / 2;
    }
    const largest = components.reduce((a, b) => Math.max(a, b), -Infinity);
    let total = 0;
    for (let k = 0; k < count; k++) total += components[k] = Math.exp(components[k] - largest);
    return { density: largest + Math.log(total), components: components.map((power) => power / total) };
  }

  /** How likely each class is in each component, (count, kinds), flat. */
  classesOf(digits) {
    const { count, kinds } = this, classes = new Float64Array(count * kinds).fill(RARE);
    for (const { label, components } of digits) for (let k = 0; k < count; k++) classes[k * kinds + label] += components[k];
    for (let k = 0; k < count; k++) {
      const row = classes.subarray(k * kinds, (k + 1) * kinds), total = row.reduce((a, b) => a + b);
      row.forEach((value, kind) => (row[kind] = value / total));
    }
    return classes;
  }

  /** The doubt about the likeliest class of a latent. */
  doubt(components) {
    const { kinds, classes } = this;
    const chances = Array.from({ length: kinds }, (_, kind) => components.reduce((sum, part, k) => sum + part * classes[k * kinds + kind], 0));
    return 1 - Math.max(...chances);
  }

  /** The fraction of real digits in denser places, and of those of a surer class. */
  fractions({ density, doubt }) {
    const { densities, doubts } = this;
    return [1 - below(densities, density, true) / densities.length, below(doubts, doubt) / doubts.length];
  }

  /** {percentile: of real digits that are more typical; isBetween: whether it is the class that is in doubt}. */
  of(latent) {
    const { density, components } = this.weigh(latent);
    const [denser, surer] = this.fractions({ density, doubt: this.doubt(components) });
    const percentile = (100 * below(this.scores, Math.max(denser, surer))) / this.scores.length;
    return { percentile, isBetween: surer > denser };
  }
}

/** How many of sorted values are below a value, or, with `orEqual`, not above it. */
function below(sorted, value, orEqual = false) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value || (orEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
