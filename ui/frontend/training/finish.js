// Makes a model file of trained weights: rounded, whitened, with statistics and a mixture, like `aecore/training/finish.py`.

import { parseModel } from "../engine/engine.js";
import { fitMixture } from "./mixture_fit.js";
import { statisticsOf } from "./statistics.js";
import { whiten } from "./whitening.js";
import { roundedWeights, writeModel } from "./write_model.js";

const MOST_LATENTS = 6000, MOST_EXAMPLES = 1000;
const STEPS = 100, FARTHEST = 300; // of a latent's number in a file: steps for each unit, and its largest value

/**
 * Return the bytes of the model that a trainer has come to. `written` is the Spec as a file has it, `card` its model card;
 * `examples` is null for digits, else {classes, drawn} of the pictures.
 */
export function finished(trainer, written, card, examples) {
  const { spec, shapes, train, held, latentDim: n } = trainer, before = trainer.weights;
  const kept = [`encoder.${spec.networks.encoder.layers.length - 1}.kernel`, "decoder.0.kernel"]; // whitening still changes these
  const rounded = (trainer.weights = roundedWeights(before, shapes, kept));
  try {
    const latents = latentsOf(trainer, train, MOST_LATENTS);
    const draft = parseModel(writeModel({ spec: written, weights: rounded, shapes, kept, statistics: plain(n), mixture: fitMixture(new Float32Array(2 * n), n), card }).buffer);
    const white = whiten(spec, rounded, latents, n, (latent) => draft.decode(latent));
    trainer.weights = white.weights;
    const metrics = { validation_mse: Math.round(trainer.error() * 1e6) / 1e6 };
    return writeModel({
      spec: written,
      weights: white.weights,
      shapes,
      kept,
      statistics: statisticsOf(white.latents, n, white.effect),
      mixture: fitMixture(white.latents, n),
      card: { ...card, metrics },
      examples: examples && shown(trainer, held, n, examples),
    });
  } finally {
    trainer.weights = before;
  }
}

function latentsOf(trainer, pictures, most) {
  const count = Math.min(pictures.count, most), n = trainer.latentDim, out = new Float32Array(count * n);
  trainer.look(count, (i) => pictures.image(i), (i, latent) => out.set(latent, i * n));
  return out;
}

// A draft of the file only decodes, whatever its statistics.
const plain = (n) => ({ low: new Array(n).fill(-3), high: new Array(n).fill(3), histogram: Array.from({ length: n }, () => new Array(32).fill(1)), effect: new Array(n).fill(0) });

function shown(trainer, held, n, { classes, drawn }) {
  const latents = Int16Array.from(latentsOf(trainer, held, MOST_EXAMPLES), (v) => Math.round(STEPS * Math.min(Math.max(v, -FARTHEST), FARTHEST)));
  return { latents, labels: Uint16Array.from({ length: latents.length / n }, (_, i) => held.label(i) ?? 0), classes, drawn };
}
