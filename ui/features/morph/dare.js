// The dare of the Morph page: guess the digit in the middle between two others. What it is, is measured: the network that
// reads the model's latents reads the middle.

import { dare } from "../../frontend/lib/dare.js";
import { interpolate } from "../../frontend/lib/interpolation.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { button, h, imageCanvas, paint, say } from "../../frontend/lib/paint.js";
import { likeliest, percent, readerFor } from "../../frontend/lib/reading.js";

const SURE = 0.6; // of the reading of the ends and of a middle that is asked for
const TRIES = 60; // pairs, of which the first with another digit in the middle is taken

/** The dare of a morph, in `element`; `show()` offers it where the model's latents can be read. */
export function guessTheMiddle(morph) {
  let [pair, right, guessed] = [null, 0, 0];
  const reader = readerFor(() => morph.described, () => ask());
  const pictures = ["first", "middle", "last"].map((name) => imageCanvas(`dare-${name}`, `the ${name} digit`));
  const captions = pictures.map(() => h("figcaption"));
  const row = h("div", { class: "pair" }, ...pictures.map((picture, i) => h("figure", {}, picture, captions[i])));
  const guesses = Array.from({ length: 10 }, (_, digit) => button(String(digit), `it is a ${digit}`, () => guess(digit), { "aria-label": `the middle is a ${digit}` }));
  const another = button("Another pair", "two other digits", () => ask());
  const onPath = button("Put it on the path", "the pair becomes the path of this page", () => morph.take([pair.first, pair.last].map(quantiseAll)));
  const self = dare({
    title: "guess what it becomes",
    question: "Half-way between these two digits lies a third. Which one?",
    controls: [row, h("div", { class: "group guesses", role: "group", "aria-label": "your guess" }, ...guesses), another, onPath],
    opened: () => reader(),
  });

  /** Look for two digits between which lies a third, or at least one that is read for sure. */
  function ask() {
    const { model } = morph, read = reader();
    if (!read || !model) return;
    const digitOf = (latent) => likeliest(read(latent));
    for (let i = 0; i < TRIES; i++) {
      const first = model.sample(), last = model.sample(), middle = interpolate([first, last], 0.5, morph.spherical);
      const [a, b, c] = [first, last, middle].map(digitOf);
      if (Math.min(a.sure, b.sure, c.sure) < SURE || a.digit === b.digit) continue;
      pair = { first, last, middle, found: c, ends: [a.digit, b.digit], isOpen: true };
      if (c.digit !== a.digit && c.digit !== b.digit) break;
    }
    if (!pair) return;
    paint(pictures[0], model.decode(Float32Array.from(pair.first)));
    paint(pictures[1], null);
    paint(pictures[2], model.decode(Float32Array.from(pair.last)));
    [`${pair.ends[0]}`, "?", `${pair.ends[1]}`].forEach((text, i) => say(captions[i], text));
    self.answer("What will it be?");
    for (const one of guesses) one.disabled = false;
  }

  function guess(digit) {
    if (!pair?.isOpen) return;
    pair.isOpen = false;
    guessed++;
    const { found, middle } = pair, isRight = found.digit === digit;
    if (isRight) right++;
    paint(pictures[1], morph.model.decode(Float32Array.from(middle)));
    say(captions[1], String(found.digit));
    self.answer(`${isRight ? "Right" : `Not ${digit}`}: the middle is read as ${found.digit} (${percent(found.sure)}). ${right} of ${guessed} right.`, isRight);
    for (const one of guesses) one.disabled = true;
    another.focus();
  }

  return {
    element: self.element,
    show() {
      self.offer(Boolean(morph.described?.head && morph.model?.sample));
      if (self.isOpen) reader();
    },
  };
}
