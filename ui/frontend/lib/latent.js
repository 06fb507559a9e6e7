// Latents are multiples of 0.01: what is shown is what a link carries. Mirrors `aecore/core/latents.py`.

export const STEP = 0.01;

export const quantise = (value) => Number((Math.round(value / STEP) * STEP).toFixed(2));

export const quantiseAll = (latent) => Array.from(latent, quantise);

/** Whether a value that somebody sent is a latent of so many numbers. */
export const isLatent = (value, size) => Array.isArray(value) && value.length === size && value.every(Number.isFinite);

/** A number as it is shown: 1.20, −0.35. */
export const inWords = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
