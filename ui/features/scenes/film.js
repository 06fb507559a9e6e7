// "Set it moving": digits move, the tracker gives them identities, and the page, which knows the truth, counts mistakes. A
// film that a visitor brings is followed, too; nobody knows its truth.

import { button, h, say } from "../../frontend/lib/paint.js";
import { filmPicture, trailsOf } from "./film_picture.js";
import { filmSettings } from "./film_settings.js";
import { advanced, bodiesOf, castOf, frameOf, inReach, stepOf, worsened } from "./motion.js";
import { reasons } from "./reasons.js";
import { Tracked } from "./track_measures.js";
import { Tracker } from "./tracker.js";

const MOST_FRAMES = 400, TRAIL = 40; // that are kept, and that a trail goes back
const FASTEST = 1.5; // times the usual speed, of a digit that is thrown
const HALF = 14; // of a digit's image

/** The section of a part with a `film`, a `reader`, a `model` and `tiles` of the ten samples: {element, enable(), open(), bring(clip), take(), stop(), resume()}. */
export function film(part) {
  const line = h("p", { class: "counts", "data-testid": "counts" }, " ");
  const play = button("Play", "let the digits move", () => (isPlaying ? pause() : run()), { "aria-pressed": "false" });
  const back = button("Back", "one frame back", () => go(-1)), step = button("Step", "one frame on", () => go(1));
  const another = button("New film", "other digits, other ways", () => anew({ kind: "scattered", seed: (part.film.seed % 999_999) + 1 }));
  const why = reasons(), picture = filmPicture(thrower()), settings = filmSettings(part, { change, fail: (fields) => (anew(fields), run()) });
  const buttons = [back, play, step, another, ...settings.buttons];
  const element = h(
    "section",
    { class: "moving" },
    h("h2", {}, "Set it moving"),
    h("p", {}, "Every digit keeps its identity, a colour, as long as the tracker can tell who is who: from where it was going, and from its sixteen numbers. Throw a digit with the pointer."),
    h("div", { class: "film" },
      h("figure", {}, picture.element, line, h("div", { class: "controls" }, h("div", { class: "group" }, back, play, step), another)),
      settings.element,
      why.element),
    settings.dare.element,
  );
  let frames = [], at = 0, held = null, clip = null, made = "", counts, tracker; // `made` is what the film was made of
  let isPlaying = false, beat = 0, due = 0;

  // ---- what is played ----------------------------------------------------------------------------------------

  const recipe = () => JSON.stringify([part.film.kind, part.film.count, part.film.seed]);

  function begin() {
    [frames, at, counts, tracker, made] = [[], 0, new Tracked(), new Tracker(part.reader, part.model), recipe()];
    settings.dare.begin();
    extend();
    show();
  }

  // A user has changed some fields of the film; `remember` has been called.
  function change(fields) {
    part.film = { ...part.film, ...fields };
    part.rest.soon();
    take();
  }

  function anew(fields) {
    part.remember();
    [clip, made] = [null, ""];
    change(fields);
  }

  // Show what the part's film is now.
  function take() {
    settings.show(!clip);
    if (frames.length && !clip && made !== recipe()) begin(); // else it begins when it comes near
  }

  // Show another frame; the next one is computed where it has not been yet.
  function go(by) {
    if (!frames.length) return begin();
    at = Math.max(at + by, 0);
    if (at >= frames.length) extend();
    at = Math.min(at, frames.length - 1);
    show();
  }

  function extend() {
    const last = frames.at(-1), number = (last?.number ?? 0) + 1; // old frames are dropped
    if (clip && number > clip.frames.length) return pause();
    const bodies = clip ? [] : last ? advanced(last.bodies, stepOf(part.film), held?.id) : bodiesOf(part.film, castOf(part.film, part.tiles));
    const { picture, truth } = clip ? { picture: clip.frames[number - 1] } : frameOf(bodies), seen = worsened(picture, part.film, number);
    const { tracks, read } = tracker.update(seen);
    frames.push({ number, bodies, picture: seen, tracks, read, assignment: tracker.assignment, said: truth ? judged(number, truth, tracks) : `of ${clip.frames.length}: ${tracks.length} followed.` });
    if (frames.length > MOST_FRAMES) frames.shift();
  }

  function judged(number, truth, tracks) {
    counts.add(truth, tracks);
    settings.dare.take(number, counts.switched);
    const { missed, false: more, switched, mota, idf1 } = counts, percent = (n) => `${(100 * n).toFixed(0).replace("-", "−")} %`;
    return `${tracks.length} of ${truth.length} digits followed. So far: ${switched} identities lost, ${missed} digits missed, ${more} found where there is none; MOTA ${percent(mota)}, IDF1 ${percent(idf1)}.`;
  }

  function show() {
    const { number, picture: seen, tracks, said } = frames[at];
    picture.show(seen, tracks, trailsOf(frames.slice(Math.max(at - TRAIL, 0), at + 1)));
    say(line, clip ? `Frame ${number} ${said}` : `Frame ${number}: ${said}`);
    settings.dare.show(frames.at(-1).number, !clip);
    back.disabled = at === 0;
    if (!isPlaying) why.show(frames[at]);
  }

  // ---- playing -----------------------------------------------------------------------------------------------

  function run() {
    if (isPlaying) return;
    if (clip && frames.at(-1)?.number === clip.frames.length && at === frames.length - 1) begin();
    [isPlaying, due] = [true, performance.now()];
    resume();
    showPlay();
  }

  function resume() {
    if (isPlaying) beat ||= requestAnimationFrame(tick);
  }

  function tick(now) {
    beat = requestAnimationFrame(tick);
    if (now < due) return;
    due = Math.max(due + 1000 / part.film.rate, now); // what is late is not made up for
    go(1);
  }

  function pause() {
    isPlaying = false;
    stop();
    showPlay();
    if (frames.length) why.show(frames[Math.min(at, frames.length - 1)]);
  }

  function stop() {
    cancelAnimationFrame(beat);
    beat = 0;
  }

  function showPlay() {
    say(play, isPlaying ? "Pause" : "Play");
    play.setAttribute("aria-pressed", isPlaying);
  }

  // ---- a digit that is thrown goes on as the pointer went last -----------------------------------------------

  function thrower() {
    const push = (to) => (frames.at(-1).bodies = frames.at(-1).bodies.map((one) => (one.id === held.id ? { ...one, ...to } : one)));
    return {
      down([y, x]) {
        const away = ({ row, column }) => Math.hypot(row + HALF - y, column + HALF - x);
        const nearest = frames.at(-1)?.bodies.toSorted((a, b) => away(a) - away(b))[0];
        if (!nearest) return;
        at = frames.length - 1;
        held = { id: nearest.id, last: [y, x], velocity: [0, 0] };
      },
      move([y, x]) {
        const body = held && frames.at(-1).bodies.find(({ id }) => id === held.id);
        if (!body) return;
        const way = [y - held.last[0], x - held.last[1]];
        push({ row: inReach(body.row + way[0]), column: inReach(body.column + way[1]) });
        held = { ...held, last: [y, x], velocity: way.map((v) => Math.min(Math.max(v / 2, -FASTEST), FASTEST)) };
        if (!isPlaying) go(1);
      },
      up() {
        if (held) push({ velocity: held.velocity });
        held = null;
      },
    };
  }

  function enable(isOpen) {
    for (const one of buttons) one.disabled = !isOpen;
  }

  enable(false);
  return {
    element,
    take,
    stop,
    resume,
    /** Let its buttons work: the models are there. */
    enable: () => enable(true),
    /** Show the first frame. */
    open() {
      if (!frames.length) begin();
    },
    /** Follow the digits of a film that a visitor has brought: {frames}, pictures. */
    bring(brought) {
      clip = brought;
      settings.show(false);
      begin();
      run();
      element.scrollIntoView({ block: "nearest" });
    },
  };
}
