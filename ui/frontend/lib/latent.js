// Latents are multiples of 0.01: what is shown is what a link carries. Mirrors `aecore/core/latents.py`.

export const STEP = 0.01;

export const quantise = (value) => Number((Math.round(value / STEP) * STEP).toFixed(2));

export const quantiseAll = (latent) => Array.from(latent, quantise);

/** Whether a value that somebody sent is a latent of so many numbers. */
export const isLatent = (value, size) => Array.isArray(value) && value.length === size && value.every(Number.isFinite);

/** A number as it is shown: 1.20, −0.35. */
export const inWords = (value, digits = 2) => value.toFixed(digits).replace("-", "−");

/** Read a latent from a link's text, as `latent_to_text` writes it; null where it is not one of so many numbers. */
export function latentFromText(text, size) {
  if (text.length !== Math.ceil((8 * size) / 3) || !/^[\w-]*$/.test(text)) return null;
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Array.from({ length: size }, (_, i) => quantise((((bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8)) << 16) >> 16) * STEP));
}
