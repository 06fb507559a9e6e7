// What a visitor brings to the Scenes page: a photo of a line of digits, which Python reads, or a film, which is read here.

import { listen } from "../../frontend/lib/brought.js";
import { inForeignFrame } from "../../frontend/lib/frame.js";
import { button, h } from "../../frontend/lib/paint.js";
import { shrink } from "../../frontend/lib/shrink.js";
import { ACCEPTED, LARGEST, MOST_FRAMES, isFilm, readFilm } from "./clip.js";

const PATIENCE_MS = 30_000;
const HELP = `A photo of a line of digits, such as a phone number, is read. A GIF, or a zip of PNGs, is followed: at most ${MOST_FRAMES} frames of ${LARGEST} × ${LARGEST} pixels. Choose it, drop it here, or paste it.`;
const PRIVATE = " Films stay in your browser; the server reads photos and keeps none.";
const FRAMED = " This page is inside another website: if nothing can be chosen here, paste it.";

/**
 * The control of a part, with what may be brought in words: {element, update(line), stop()}. A user's input calls `part.trigger`
 * with a photo, `place(digits)` with what Python found in it, and `follow(film)` with the frames of a film.
 */
export function bring(part, { place, follow }) {
  let photo = null, latest = null, waiting = 0, answers = null, hasServer = true, stopListening = null;
  const input = h("input", { type: "file", accept: "image/*,.heic,.heif,.zip,application/zip", "aria-label": "photo of a line of digits, or a film", tabindex: -1, hidden: true });
  input.addEventListener("change", () => {
    if (input.files.length) take(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  const choose = button("Bring a photo or a film", "a line of digits on paper; a GIF or a zip of PNGs", () => input.click());
  const turn = button("Rotate", "a quarter turn to the right", () => send({ ...photo, turns: (photo.turns + 1) % 4 }), { hidden: true });
  const help = h("small", {}, HELP);
  const element = h("div", { class: "bring", "data-testid": "bring" }, h("div", { class: "controls" }, choose, input, turn), help);

  async function take(file) {
    const mine = (latest = {});
    settle("Reading the file …");
    turn.hidden = true;
    try {
      if (!part.reader || !part.model) throw new Error("The networks are not here yet: bring the file again in a moment.");
      if (await isFilm(file)) {
        const film = await readFilm(file, (count) => mine === latest && part.say("Reading the film …", ` ${count} frames`));
        if (mine !== latest) return; // another one was brought meanwhile
        const { height, width } = film.frames[0];
        settle([`Following ${film.frames.length} frames of ${width} × ${height} pixels.`, ...film.notes].join(" "));
        follow(film);
        return;
      }
      if (!hasServer) throw new Error("Photos are read by the app's server, which this page does without. Bring a GIF, or a zip of PNGs.");
      if (file.type && !file.type.startsWith("image/")) throw new Error(ACCEPTED);
      const picture = await shrink(file);
      if (mine === latest) send({ ...picture, turns: 0 });
    } catch (error) {
      if (mine === latest) settle(error.message);
    }
  }

  function send(sent) {
    photo = sent;
    settle("Reading the picture …");
    waiting = setTimeout(() => settle("The server did not answer. Bring the picture again."), PATIENCE_MS);
    part.trigger("picture", photo);
  }

  function settle(sentence) {
    clearTimeout(waiting);
    part.say(sentence);
  }

  return {
    element,
    /** Take what Python says about the last photo; null where nobody reads photos. */
    update(line) {
      hasServer = line !== null;
      help.textContent = HELP + (hasServer ? PRIVATE : "") + (inForeignFrame() ? FRAMED : "");
      stopListening ??= listen(take);
      const isNew = hasServer && answers !== null && line.answers !== answers;
      answers = line?.answers ?? null;
      if (!isNew) return;
      settle(line.problem || line.said);
      turn.hidden = !photo;
      if (line.digits.length) place(line.digits);
    },
    stop() {
      stopListening?.();
      stopListening = null;
    },
  };
}
