// The dare of the Colorize page: come nearer to the true colours than what the model holds for the most likely.

import { dare } from "../../frontend/lib/dare.js";
import { psnr } from "./compare.js";
import { SEEN } from "./picture.js";

const EQUAL = 0.05; // dB: less is no difference that is shown

/** The dare of a part with a `studio` and a `latent`, in `element`; `show()` measures the colours of the sliders. */
export function beatTheMostLikely(part) {
  let [of, target, likely, best] = [null, null, 0, -Infinity];
  const self = dare({
    title: "beat the most likely colours",
    question: "On average, nothing comes nearer to the truth than the most likely colours, though these are greyish. But you know what a picture shows: come nearer, with the sliders, with hints, or with one of the nine.",
    opened: () => show(),
  });

  function show() {
    const { studio, latent } = part, isKnown = Boolean(part.isOpen && studio.truth);
    self.offer(isKnown);
    if (!self.isOpen || !isKnown) return;
    const near = (one) => psnr(studio.asDrawn(one).data, target.data);
    if (of !== studio) {
      [of, target, best] = [studio, studio.picture.at(SEEN, SEEN), -Infinity];
      likely = near(studio.mostLikely);
    }
    const now = near(latent), said = `PSNR ${now.toFixed(1)} dB, the most likely ${likely.toFixed(1)} dB.`;
    if (String(latent) === String(studio.truth)) return self.answer(`These are the photo's own sixteen numbers: ${said} Now come near without them.`);
    best = Math.max(best, now);
    const isWon = now > likely + EQUAL;
    return self.answer(`Yours: ${said} ${isWon ? `You are ${(now - likely).toFixed(1)} dB nearer to the truth.` : "Not nearer yet."} Your best: ${best.toFixed(1)} dB.`, isWon);
  }

  return { element: self.element, show };
}
