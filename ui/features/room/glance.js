// What a presenter shows, at a glance: what a page without a session has of it. A part's scene may hold a `glance`, plain
// JSON: what it shows in words, the line of a talk, and what it shows in place of the digit on the table: an image and
// what is made of it, as bytes in base64, or a latent, of the model with this name.

const LONGEST = 300; // characters, as `ui/server/rooms.py` says

const textOf = (value) => (typeof value === "string" ? value.slice(0, LONGEST) : "");

/**
 * A scene of a room as a page without a session shows it: {page, model, line, words, isElsewhere, table, shown, output,
 * isForeign, laser}. What is `isElsewhere` has no small form; an output that `isForeign` is not decoded from the latent that is shown.
 */
export function atAGlance({ page, model, image = null, latent, home, glance, talk }) {
  const { line, words, isElsewhere, output, model: own = model, ...others } = typeof glance === "object" && glance ? glance : {};
  const table = { image, latent, home }, isKnown = own === model && Array.isArray(others.latent);
  return {
    page, model, line: textOf(line), words: textOf(words), isElsewhere: isElsewhere === true,
    table, shown: { image: others.image ?? image, latent: isKnown ? others.latent : latent, home: isKnown ? others.latent : home },
    output: typeof output === "string" ? output : null,
    laser: talk?.laser ?? null,
    isForeign: typeof output === "string" && !isKnown,
  };
}
