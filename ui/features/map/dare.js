// The dare of the Map page: find a digit that is as much the one as the other. The network that reads the model's latents says
// how much of each is in the digit that is shown.

import { dare } from "../../frontend/lib/dare.js";
import { button } from "../../frontend/lib/paint.js";
import { percent, readerFor, withArticle } from "../../frontend/lib/reading.js";

const PAIRS = [[4, 9], [3, 8], [1, 7], [3, 5], [2, 7], [5, 6], [0, 6]]; // that look alike
const WON = 90; // points of 100

/** The dare of a map, in `element`; `show()` measures the digit that is shown. */
export function findBoth(map) {
  let [place, best] = [0, 0];
  const reader = readerFor(() => map.described, () => {
    best = 0;
    show();
  });
  const another = button("Another pair", "two other digits that look alike", () => {
    [place, best] = [(place + 1) % PAIRS.length, 0];
    show();
  });
  const self = dare({
    title: "find the digit that is both",
    question: "Is there a digit that is as much the one as the other? Move over the map between the two, or drag from one to the other.",
    controls: [another],
    opened: () => show(),
  });

  function show() {
    self.offer(Boolean(map.described?.head && map.here?.model));
    if (!self.isOpen || !map.here?.model) return;
    const read = reader();
    if (!read || !map.latent) return;
    const [a, b] = PAIRS[place], probabilities = read(map.latent), [first, second] = [probabilities[a], probabilities[b]];
    const points = Math.round(200 * Math.min(first, second)); // 100 where each is one half
    best = Math.max(best, points);
    self.answer(`Both ${withArticle(a)} and ${withArticle(b)}? ${a}: ${percent(first)}, ${b}: ${percent(second)}. ${points} of 100 points; your best: ${best}.`, points >= WON);
  }

  return { element: self.element, show };
}
