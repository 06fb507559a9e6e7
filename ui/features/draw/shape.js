// Moves a latent so that one attribute of its digit changes by an asked amount, and the others stay: along the slopes of a
// small network that knows the attributes of what a latent is decoded to, then by what is measured on the decoded digit.
// `aecore/latent/shape.py` does the same, and says why.

import { fetchFile, readSafetensors } from "../../frontend/engine/files.js";
import { MEASURES, measure } from "../../frontend/lib/handwriting.js";

const STEPS_A_DEVIATION = 2; // along the way that the network knows
const CORRECTIONS = 3; // by what the decoded digit measures then
const GAIN = 0.7; // of a correction
const [DAMPING, DAMPING_OF_CORRECTIONS] = [1e-3, 3e-2]; // of the least squares

/** Load the network of a model; resolves to null where there is none, or it does not come: the sliders work without. */
export async function loadShape(url) {
  if (!url) return null;
  try {
    const response = await fetchFile(url);
    return response.ok ? new Shape(readSafetensors(await response.arrayBuffer()).tensors) : null;
  } catch {
    return null;
  }
}

class Shape {
  constructor({ middle, deviation, ...weights }) {
    Object.assign(this, { middle, deviation, weights: Object.keys(weights).sort().map((name) => weights[name]) });
  }

  /**
   * The latent whose decoded digit has an attribute, the name of one of MEASURES, changed by an amount; `decode` gives the image
   * of a latent, `before` is what is measured on that of this one.
   */
  moved(latent, name, amount, decode, before = measure(decode(latent))) {
    const column = MEASURES.indexOf(name), change = new Float64Array(MEASURES.length);
    change[column] = amount / this.deviation[column];
    const measured = this.inDeviations(before), start = this.run(latent).told;
    const steps = Math.max(Math.ceil(STEPS_A_DEVIATION * Math.abs(change[column])), STEPS_A_DEVIATION);
    let to = latent;
    for (let step = 1; step <= steps; step++) {
      const { told, slopes } = this.run(to);
      to = plus(to, shortest(slopes, start.map((value, i) => value + (change[i] * step) / steps - told[i]), DAMPING));
    }
    for (let i = 0; i < CORRECTIONS; i++) {
      const now = this.inDeviations(measure(decode(to))), missing = measured.map((value, k) => value + change[k] - now[k] || 0); // NaN: no loop
      to = plus(to, shortest(this.run(to).slopes, missing, DAMPING_OF_CORRECTIONS), GAIN);
    }
    return to;
  }

  inDeviations(measures) {
    return measures.map((value, i) => value / this.deviation[i]);
  }

  /** The network's numbers, `told`, and their slopes along each number of the latent. */
  run(latent) {
    const [first, biasOfFirst, second, biasOfSecond, last, bias] = this.weights;
    const one = layer(latent, first, biasOfFirst).map(silu), two = layer(one.map(({ value }) => value), second, biasOfSecond).map(silu);
    const told = layer(two.map(({ value }) => value), last, bias);
    const slopes = told.map((_, k) => {
      const ofTwo = two.map(({ slope }, j) => slope * last[j * told.length + k]);
      return back(back(ofTwo, second).map((value, j) => value * one[j].slope), first);
    });
    return { told, slopes };
  }
}

/** What a dense layer gives for an input. */
function layer(input, kernel, bias) {
  const out = Array.from(bias);
  for (let i = 0, at = 0; i < input.length; i++) for (let j = 0; j < out.length; j++, at++) out[j] += input[i] * kernel[at];
  return out;
}

/** The slopes along a dense layer's inputs, from those along its outputs. */
function back(slopes, kernel) {
  const out = new Array(kernel.length / slopes.length).fill(0);
  for (let i = 0, at = 0; i < out.length; i++) for (let j = 0; j < slopes.length; j++, at++) out[i] += slopes[j] * kernel[at];
  return out;
}

function silu(x) {
  const sigmoid = 1 / (1 + Math.exp(-x));
  return { value: x * sigmoid, slope: sigmoid * (1 + x * (1 - sigmoid)) };
}

const plus = (a, b, factor = 1) => a.map((value, i) => value + factor * b[i]);

/** The shortest move along which the network's numbers change as wanted, by damped least squares. */
function shortest(slopes, wanted, damping) {
  const rows = slopes.map((a, i) => [...slopes.map((b, j) => a.reduce((sum, value, k) => sum + value * b[k], i === j ? damping : 0)), wanted[i]]);
  const factors = solve(rows);
  return slopes[0].map((_, k) => slopes.reduce((sum, slope, i) => sum + slope[k] * factors[i], 0));
}

/** The solution of a system of equations, each a row of its coefficients and its right side; they are positive definite. */
function solve(rows) {
  for (const [i, row] of rows.entries())
    for (const other of rows.slice(i + 1)) {
      const factor = other[i] / row[i];
      for (let k = i; k < row.length; k++) other[k] -= factor * row[k];
    }
  const out = [];
  for (let i = rows.length - 1; i >= 0; i--) out[i] = (rows[i].at(-1) - out.reduce((sum, value, k) => sum + value * rows[i][k], 0)) / rows[i][i];
  return out;
}
