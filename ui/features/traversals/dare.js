// The dare of the page "What each number does": find the number that alone turns the digit into another one, by the smallest
// move. What it is read as, is read by the network that reads the model's latents.

import { dare } from "../../frontend/lib/dare.js";
import { STEP, inWords, quantise } from "../../frontend/lib/latent.js";
import { button } from "../../frontend/lib/paint.js";
import { likeliest, percent, readerFor } from "../../frontend/lib/reading.js";

const signed = (value) => (value > 0 ? `+${inWords(value)}` : inWords(value));

/** The dare of the strips, in `element`; `show()` measures what is on them. */
export function turnTheSoonest(strips) {
  let [of, best, found] = ["", null, null];
  const reader = readerFor(() => strips.described, () => show());
  const searching = button("Let the computer search", "for the number that does it by the smallest move", () => search());
  const self = dare({
    title: "turn it with one number",
    question: "Move one number, and no other, until the digit is read as another one. Which of them needs the smallest move?",
    controls: [searching],
    opened: () => show(),
  });

  function show() {
    self.offer(Boolean(strips.described?.head));
    const read = self.isOpen && strips.model && reader(), { home: own, latent } = strips;
    if (!read) return;
    if (of !== String(own)) [of, best, found] = [String(own), null, null];
    const home = likeliest(read(own)), now = likeliest(read(latent)), isTurned = now.digit !== home.digit;
    const moved = latent.flatMap((value, i) => (value === own[i] ? [] : [{ i, by: quantise(value - own[i]) }]));
    if (moved.length > 1) return self.answer(`${moved.length} numbers have been moved. Press Reset, then move one only.`);
    const [one] = moved, isFound = one && found && one.i === found.i && one.by === found.by;
    if (one && isTurned && !isFound && !(best && Math.abs(best.by) <= Math.abs(one.by))) best = one;
    const said = one
      ? `${isTurned ? "Turned" : "Not yet"}: with ${named(one)}, your ${home.digit} is read as ${now.digit} (${percent(now.sure)}).`
      : `Your ${home.digit} is read as ${now.digit} (${percent(now.sure)}).`;
    const smallest = best ? ` Your smallest: ${named(best)}.` : "";
    return self.answer(`${said}${smallest}${found ? ` The search: ${named(found)}; ${found.count} of ${latent.length} numbers can do it alone.` : ""}`, isTurned);
  }

  const named = ({ i, by }) => `z${i + 1} moved by ${signed(by)}`;

  /** Move the number that the search finds, and no other. */
  function search() {
    const read = reader();
    if (!read) return undefined;
    const { home: own } = strips, ways = own.map((_, i) => smallestMove(own, i, strips.statistics, read)), moves = ways.filter(Boolean);
    if (!moves.length) return self.answer("The search found none: no number alone turns this digit, as far as its strip goes.");
    found = { ...moves.reduce((a, b) => (Math.abs(b.by) < Math.abs(a.by) ? b : a)), count: moves.length };
    strips.remember();
    return strips.change({ latent: own.with(found.i, quantise(own[found.i] + found.by)) });
  }

  return { element: self.element, show };
}

/** The smallest move {i, by} of number i, as far as its strip goes, that turns a latent into another digit; null for none. */
function smallestMove(home, i, { low, high }, read) {
  const { digit } = likeliest(read(home)), isOther = (by) => likeliest(read(home.with(i, quantise(home[i] + by)))).digit !== digit;
  const most = Math.max(high[i] - home[i], home[i] - low[i]);
  for (let by = STEP; by <= most; by += STEP) {
    for (const move of [by, -by].map(quantise)) if (home[i] + move >= low[i] && home[i] + move <= high[i] && isOther(move)) return { i, by: move };
  }
  return null;
}
