// Losses and what an optimizer does with their gradients: as Keras defines them, so that a training in the browser goes
// the way of one on the server.

const TINY = 1e-7; // probabilities are kept so far from 0 and 1, as in Keras

/** name of a loss -> function(made, wanted, gradient) that fills the gradient with respect to `made` and returns the mean. */
export const LOSSES = new Map(Object.entries({
  mse(made, wanted, gradient) {
    let sum = 0;
    for (let i = 0; i < made.length; i++) {
      const error = made[i] - wanted[i];
      sum += error * error;
      gradient[i] = (2 * error) / made.length;
    }
    return sum / made.length;
  },
  binary_crossentropy(made, wanted, gradient) {
    let sum = 0;
    for (let i = 0; i < made.length; i++) {
      const p = Math.min(Math.max(made[i], TINY), 1 - TINY), t = wanted[i];
      sum -= t * Math.log(p) + (1 - t) * Math.log(1 - p);
      gradient[i] = p === made[i] ? (p - t) / (p * (1 - p) * made.length) : 0;
    }
    return sum / made.length;
  },
  /** Of probabilities of classes, for so many examples together. */
  categorical_crossentropy(made, wanted, gradient, examples) {
    let sum = 0;
    for (let i = 0; i < made.length; i++) {
      const p = Math.min(Math.max(made[i], TINY), 1 - TINY);
      sum -= wanted[i] * Math.log(p);
      gradient[i] = p === made[i] ? -wanted[i] / (p * examples) : 0;
    }
    return sum / examples;
  },
}));

/**
 * The Kullback-Leibler divergence of Gaussians (batch x n numbers each) from N(0, I), a mean over the batch (Kingma and
 * Welling, 2013): sum (mean^2 + variance - log variance - 1) / 2. Adds `weight` times its gradients.
 */
export function addDivergence(mean, logVariance, batch, weight, dMean, dLogVariance) {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) {
    const variance = Math.exp(logVariance[i]);
    sum += (mean[i] ** 2 + variance - logVariance[i] - 1) / 2;
    dMean[i] += (weight * mean[i]) / batch;
    dLogVariance[i] += (weight * (variance - 1)) / (2 * batch);
  }
  return (weight * sum) / batch;
}

/** A learning rate that rises over the first `warmup` of all steps, and falls along a cosine to a hundredth. */
export function cosine(rate, steps, warmup = 0) {
  return (step) => {
    if (step < warmup) return rate * (0.01 + (0.99 * step) / warmup);
    const gone = Math.min((step - warmup) / Math.max(steps - warmup, 1), 1);
    return rate * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * gone)));
  };
}

/** AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019). */
export class AdamW {
  /** For the weights of a Learner; `rate(step)` is the learning rate. */
  constructor(learner, rate, { decay = 0, beta1 = 0.9, beta2 = 0.99 } = {}) {
    Object.assign(this, { learner, rate, decay, beta1, beta2, step: 0 });
  }

  /**
   * Change all weights by what their gradients say. With the means m of the gradients and v of their squares so far, a weight w
   * becomes (1 - decay rate) w - size m / (sqrt(v) + tiny).
   */
  update() {
    const { beta1, beta2 } = this, rate = this.rate(this.step++);
    const size = (rate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step);
    this.learner.change([1 - beta1, 1 - beta2, 1 - this.decay * rate, size, TINY]);
  }
}
