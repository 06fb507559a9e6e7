// The same grey picture coloured in several ways, and how far each is from the truth.

import { aloud } from "../../frontend/lib/aloud.js";
import { explained } from "../../frontend/lib/explain.js";
import { h, say } from "../../frontend/lib/paint.js";
import { SEEN, showStill } from "./picture.js";

/** The peak signal-to-noise ratio in dB of RGBA pixels against others of the same size; Infinity for equal ones. */
export function psnr(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) if (k % 4 !== 3) sum += ((a[k] - b[k]) / 255) ** 2;
  return -10 * Math.log10(sum / ((3 * a.length) / 4));
}

/** The colourfulness of RGBA pixels (Hasler and Suesstrunk 2003): 0 is grey, a colourful photo has 60. */
export function colourfulness(data) {
  let [a, aa, b, bb] = [0, 0, 0, 0];
  const count = data.length / 4;
  for (let k = 0; k < data.length; k += 4) {
    const rg = data[k] - data[k + 1], yb = (data[k] + data[k + 1]) / 2 - data[k + 2];
    a += rg;
    aa += rg * rg;
    b += yb;
    bb += yb * yb;
  }
  const [meanA, meanB] = [a / count, b / count], spread = aa / count - meanA ** 2 + bb / count - meanB ** 2;
  return Math.sqrt(Math.max(spread, 0)) + 0.3 * Math.hypot(meanA, meanB);
}

const WAYS = {
  gray: ["Grey", "no colour at all"],
  likely: ["Most likely", "the mean of the prior"],
  sample: ["One sample", "drawn from the prior"],
  book: ["The book's network", "one answer, 32 × 32 pixels"],
  now: ["Yours", "the sliders as they are"],
  truth: ["The truth", "the photo as it was"],
};

/** The section: {element, show()}. */
export function comparison(part) {
  const cards = Object.entries(WAYS).map(([name, [title, about]]) => {
    const canvas = h("canvas", { "data-testid": `compare-${name}`, role: "img", "aria-label": title });
    const numbers = h("small", { class: "figures", "data-testid": `figures-${name}` });
    return { name, canvas, numbers, figure: h("figure", {}, canvas, h("figcaption", {}, title, h("small", {}, about), numbers)) };
  });
  const element = h(
    "section",
    { class: "compare" },
    h("h2", {}, "Compare"),
    h("p", {}, ...explained("PSNR says how near a colouring is to the truth, and colourfulness how strong its colours are. Both are measured at 32 × 32 pixels, where the networks draw.")),
    h("div", { class: "cards" }, ...cards.map(({ figure }) => figure)),
    h("p", {}, h("b", {}, "Why the most likely is greyish: "), "a car may be red or blue, and grey, the mean of both, has the smallest error on average."),
    h("p", {}, h("b", {}, "Why a sample is not: "), "it decides for one of them. It is as colourful as real photos, and as wrong as a guess can be."),
  );

  const spoken = aloud();
  element.append(spoken.element);

  function show() {
    const { studio, book } = part, { picture, truth } = studio, target = truth && picture.at(SEEN, SEEN);
    const inColours = (latent) => [() => studio.colour(latent), studio.asDrawn(latent)]; // what to show, what to measure
    const drawn = { gray: inColours(), likely: inColours(studio.mostLikely), sample: inColours(part.sample), now: inColours(part.latent) };
    if (book) drawn.book = [() => drawn.book[1], byBook(book, picture.seen)];
    if (truth) drawn.truth = [() => picture.pixels, target];
    for (const { name, figure, canvas, numbers } of cards) {
      figure.hidden = !drawn[name];
      if (!drawn[name]) continue;
      const [look, measured] = drawn[name];
      showStill(canvas, look());
      const near = truth ? psnr(measured.data, target.data) : null;
      const words = near === null || name === "truth" ? "" : `PSNR ${near.toFixed(1)} dB, `;
      say(numbers, `${words}colourfulness ${colourfulness(measured.data).toFixed(0)}`);
      if (name === "now") spoken.say(`Your colours: ${numbers.textContent}`);
    }
  }

  return { element, show, stop: () => spoken.stop() };
}

// What the network of the book makes of a luminance (32, 32): it redraws the whole picture.
function byBook(model, luminance) {
  const drawn = model.run({ photo: luminance }, "decoder"), image = new ImageData(SEEN, SEEN);
  for (let i = 0, k = 0; i < drawn.length; i += 3, k += 4) {
    for (let c = 0; c < 3; c++) image.data[k + c] = 255 * drawn[i + c];
    image.data[k + 3] = 255;
  }
  return image;
}
