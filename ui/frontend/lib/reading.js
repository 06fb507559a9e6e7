// What a latent is read as: by the small network that was trained to tell digits from a model's latents
// (`aecore.tasks.classify`).

import { loadModel } from "../engine/engine.js";

/**
 * What reads the latents of a model that Python describes: a function that returns the probabilities of the ten digits.
 * Resolves to null where nothing reads them.
 */
export async function readerOf(described) {
  const head = described?.head && (await loadModel(described.head.url).catch(() => null));
  return head ? (latent) => head.run({ latent: Float32Array.from(latent) }, "head") : null;
}

/**
 * A function that returns what reads the latents of the model that `described()` gives now, null until that is there;
 * `came()` is called when it is.
 */
export function readerFor(described, came) {
  let [url, read] = ["", null];
  return () => {
    const model = described();
    if (model.url !== url) {
      [url, read] = [model.url, null];
      readerOf(model).then((found) => {
        if (model.url !== url || !found) return; // another model was chosen meanwhile, or nothing reads this one
        read = found;
        came();
      });
    }
    return read;
  };
}

/** The likeliest digit and its probability: {digit, sure}. */
export function likeliest(probabilities) {
  const sure = Math.max(...probabilities);
  return { digit: probabilities.indexOf(sure), sure };
}

/** A digit as in "a 3" and "an 8". */
export const withArticle = (digit) => (digit === 8 ? "an 8" : `a ${digit}`);

export const percent = (fraction) => `${Math.round(100 * fraction)} %`;
