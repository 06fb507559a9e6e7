// What others see of the Denoise page at a glance: the digit with its noise, and what a network leaves of it.

import { imageToBase64 } from "../../frontend/lib/paint.js";
import { KINDS } from "./kinds.js";

/** The noise of these settings in words; and the corrupted and the denoised image, once they are there. */
export function glanceOf(settings, { noisy, denoised } = {}) {
  const { label, meaning } = KINDS[settings.kind];
  const words = `${label}, level ${settings.level.toFixed(2)}: ${meaning(settings)}.`;
  return { words, ...(denoised ? { image: imageToBase64(noisy), output: imageToBase64(denoised) } : {}) };
}
