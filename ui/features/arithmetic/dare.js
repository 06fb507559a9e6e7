// The dare of the Arithmetic page: one direction that turns ten digits into the same one. What each becomes is read by the
// network that reads the model's latents.

import { dare } from "../../frontend/lib/dare.js";
import { InSpareTime } from "../../frontend/lib/pace.js";
import { h, imageCanvas, paint, say } from "../../frontend/lib/paint.js";
import { likeliest, readerFor, withArticle } from "../../frontend/lib/reading.js";

const COUNT = 10;

/** The dare of a sum, in `element`; `show()` measures its direction and strength. */
export function turnAll(sum) {
  let [best, latents] = [0, []];
  const reader = readerFor(() => sum.described, () => {
    best = 0;
    show();
  });
  const pictures = Array.from({ length: COUNT }, (_, i) => imageCanvas(`dare-${i}`, `sample ${i}`)), captions = pictures.map(() => h("figcaption"));
  const painting = new InSpareTime(function* () {
    for (const [i, latent] of latents.entries()) yield paint(pictures[i], sum.model.decode(latent));
  });
  const self = dare({
    title: "turn all ten into the same",
    question: "What turns a 3 into an 8, does it work on other digits, too? Here the direction is added to all ten samples. Find one that turns every one of them into the same digit.",
    controls: [h("div", { class: "ten" }, ...pictures.map((picture, i) => h("figure", {}, picture, captions[i])))],
    opened: () => show(),
  });

  function show() {
    self.offer(Boolean(sum.described?.head));
    const read = self.isOpen && sum.model && reader();
    if (!read) return;
    const { direction, sum: { strength } } = sum, samples = sum.choices.filter(({ id }) => id.startsWith("sample-"));
    latents = samples.map(({ latent }) => Float32Array.from(latent, (value, k) => value + strength * direction[k]));
    const digits = latents.map((latent) => likeliest(read(latent)).digit), counts = Array.from({ length: 10 }, (_, digit) => digits.filter((one) => one === digit).length);
    const most = Math.max(...counts), digit = counts.indexOf(most);
    best = Math.max(best, most);
    digits.forEach((found, i) => say(captions[i], String(found)));
    painting.soon();
    const isWon = most === COUNT, added = `${strength.toFixed(2)} × ${sum.added}`;
    self.answer(isWon ? `All ten are read as ${withArticle(digit)}, with ${added}.` : `With ${added}, ${most} of ten are read as ${withArticle(digit)}. Your most: ${best}.`, isWon);
  }

  return { element: self.element, show, stop: () => painting.cancel() };
}
