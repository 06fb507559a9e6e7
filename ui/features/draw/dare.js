// The dare of the Draw page: change the latent as little as possible until it is read as another digit.

import { dare } from "../../frontend/lib/dare.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { button } from "../../frontend/lib/paint.js";
import { likeliest, percent, readerFor } from "../../frontend/lib/reading.js";

const HALVINGS = 14; // of the way to another digit, at whose end the place is known to 0.01
const GLIDE_MS = 600; // in which the sliders have got there
const ROUNDS = 40; // in which the search makes its change smaller, number by number

const distance = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]));

/** The dare of a deck, in `element`; `show()` measures what is on the sliders. */
export function foolIt(deck) {
  let [best, of, found, until] = [Infinity, "", null, 0];
  const reader = readerFor(() => deck.described, () => show());
  const searching = button("Let the computer search", "for a change that is smaller still", () => search());
  const self = dare({
    title: "fool the reader",
    question: "Move the sliders until the numbers are read as another digit than yours. How small a change is enough?",
    controls: [searching],
    opened: () => show(),
  });

  function show() {
    self.offer(Boolean(deck.described?.head));
    if (!self.isOpen || !deck.model || !deck.image || !deck.home.length) return;
    const read = reader();
    if (!read) return;
    if (of !== String(deck.home)) [of, best, found] = [String(deck.home), Infinity, null];
    const home = likeliest(read(deck.home)), now = likeliest(read(deck.latent)), away = distance(deck.latent, deck.home);
    const isFooled = now.digit !== home.digit;
    if (isFooled && performance.now() > until && (found === null || Math.abs(away - found) > 0.005)) best = Math.min(best, away);
    const said = isFooled
      ? `Fooled: your ${home.digit} is read as ${now.digit} (${percent(now.sure)}), ${away.toFixed(2)} away.`
      : `Your ${home.digit} is read as ${now.digit} (${percent(now.sure)}), ${away.toFixed(2)} away.`;
    const smallest = best < Infinity ? ` Your smallest: ${best.toFixed(2)}.` : "";
    self.answer(`${said}${smallest}${found === null ? "" : ` The search found ${found.toFixed(2)}.`}`, isFooled);
  }

  /** Put the smallest change that the search finds on the sliders. */
  function search() {
    const read = reader();
    if (!read || !deck.home.length) return undefined;
    const latent = smallestChange(deck.home, read, deck.atlas);
    if (!latent) return self.answer("The search found no such change.");
    found = distance(latent, deck.home);
    until = performance.now() + GLIDE_MS; // what is passed on the way is not the visitor's
    deck.jump(latent);
    return undefined;
  }

  return { element: self.element, show };
}

/**
 * A latent near this one that is read as another digit: on the way to the mean of each other digit, then with each number
 * brought back as far as that goes on; null where there is none.
 */
function smallestChange(home, read, atlas) {
  const { digit } = likeliest(read(home)), isOther = (latent) => likeliest(read(quantiseAll(latent))).digit !== digit;
  const between = (goal, t) => home.map((value, i) => value + t * (goal[i] - value));
  const border = (goal) => {
    let [low, high] = [0, 1];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (isOther(between(goal, middle))) high = middle;
      else low = middle;
    }
    return between(goal, high);
  };
  const goals = Array.from({ length: 10 }, (_, k) => Array.from(atlas.means.subarray(k * atlas.dim, (k + 1) * atlas.dim)));
  const starts = goals.filter((_, k) => k !== digit).filter(isOther).map(border);
  if (!starts.length) return null;
  let best = starts.reduce((a, b) => (distance(a, home) <= distance(b, home) ? a : b));
  for (let round = 0, size = 0.5; round < ROUNDS; round++) {
    const before = distance(best, home);
    for (let i = 0; i < home.length; i++) {
      // Push one number, and go back home from there as far as the reading stays another one.
      for (const push of [size, -size, (home[i] - best[i]) * size]) {
        const pushed = best.map((value, k) => (k === i ? value + push : value));
        if (!isOther(pushed)) continue;
        const nearer = border(pushed);
        if (distance(nearer, home) < distance(best, home)) best = nearer;
      }
    }
    if (before - distance(best, home) < 0.001) size /= 2;
    if (size < 0.01) break;
  }
  return quantiseAll(best);
}
