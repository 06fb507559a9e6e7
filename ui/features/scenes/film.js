// "Set it moving": digits move, the tracker gives them identities, and the page, which knows the truth, counts mistakes.

import { COLOURS } from "../../frontend/lib/colours.js";
import { button, h, say, svg } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { follow } from "./board.js";
import { middleOf } from "./boxes.js";
import { SIDE, USUAL, advanced, crossing, frameOf, hiding, inReach, scattered } from "./motion.js";
import { paintGrey } from "./pixels.js";
import { Tracked } from "./track_measures.js";
import { Tracker } from "./tracker.js";
import { reasons } from "./reasons.js";

const MOST_FRAMES = 400, TRAIL = 40; // that are kept, and that a trail goes back
const MOST_DIGITS = 4, FRAME_MS = 80, HEAVY = 0.35; // the noise of the example

/** The section of a part with a `reader`, a `model` and `tiles` of the ten samples: {element, open(), stop()}. */
export function film(part) {
  const canvas = h("canvas", { width: SIDE, height: SIDE, "data-testid": "film", role: "img", "aria-label": "digits that move, with the boxes and trails of their identities" });
  const above = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" }), line = h("p", { class: "counts", "data-testid": "counts" }, " ");
  const play = button("Play", "let the digits move", () => (timer ? pause() : run()), { "aria-pressed": "false" });
  const back = button("Back", "one frame back", () => go(-1)), step = button("Step", "one frame on", () => go(1));
  const why = reasons(), settings = { speed: 1, count: 3, noise: 0 };
  let [frames, at, timer, seed, held, counts, tracker, start] = [[], 0, 0, 1, null, null, null, null];

  const chosen = () => {
    const { tiles } = part;
    return scattered(Array.from({ length: settings.count }, (_, i) => tiles[(3 * seed + 7 * i) % 10]), seed++);
  };

  const ours = { remember() {}, rest: { flush() {} } }; // these sliders are no part of the page's state
  const setting = (name, text, low, high, unit, change) => {
    const one = slider(ours, { name: text, text, low, high, change: (value) => change(set(name, Math.round(value / unit) * unit)) });
    return { ...one, name };
  };
  const set = (name, value) => {
    settings[name] = value;
    showSettings();
    return value;
  };
  const sliders = [
    setting("speed", "Speed", 0, 2, 0.1, () => {}),
    setting("count", "Digits", 1, MOST_DIGITS, 1, () => begin(chosen)),
    setting("noise", "Noise", 0, 0.6, 0.05, () => {}),
  ];
  const showSettings = () => sliders.forEach(({ name, show, label }) => {
    const words = String(Number(settings[name].toFixed(2)));
    show(settings[name], words);
    say(label.lastChild, words);
  });
  const fail = (text, title, make, noise = 0) => button(text, title, () => {
    set("noise", noise);
    begin(make);
    run();
  });
  const failures = [
    fail("Three of the same that cross", "their looks do not tell them apart", () => crossing(part.tiles[3])),
    fail("One hidden behind another", "what nobody sees has to be remembered", () => hiding(part.tiles[8], part.tiles[1])),
    fail("Heavy noise", "digits are lost, and found where there are none", chosen, HEAVY),
  ];
  const paper = h("div", { class: "board" }, canvas, above);
  const buttons = [back, play, step, ...failures];
  const element = h(
    "section",
    { class: "moving" },
    h("h4", {}, "Set it moving"),
    h("p", {}, "Every digit keeps its identity, a colour, as long as the tracker can tell who is who: from where it was going, and from its sixteen numbers. Throw a digit with the pointer."),
    h("div", { class: "film" },
      h("figure", {}, paper, line, h("div", { class: "controls" }, h("div", { class: "group" }, back, play, step))),
      h("div", { class: "settings" }, ...sliders.map(({ label }) => label), h("h4", {}, "Make it fail"), h("div", { class: "controls" }, ...failures)),
      why.element),
  );

  function begin(make) {
    [start, frames, at, counts, tracker] = [make(), [], -1, new Tracked(), new Tracker(part.reader, part.model)];
    go(1);
  }

  // Show another frame; the next one is computed where it has not been yet.
  function go(by) {
    at = Math.max(at + by, 0);
    if (at >= frames.length) extend();
    at = Math.min(at, frames.length - 1);
    show();
  }

  function extend() {
    const last = frames.at(-1), number = (last?.number ?? 0) + 1; // old frames are dropped
    const bodies = last ? advanced(last.bodies, USUAL * settings.speed, held?.id) : start;
    const { picture, truth } = frameOf(bodies, settings.noise, number), { tracks, read } = tracker.update(picture);
    counts.add(truth, tracks);
    const { missed, false: more, switched, mota, idf1 } = counts;
    frames.push({ number, bodies, picture, tracks, read, assignment: tracker.assignment, counted: { missed, more, switched, mota, idf1, there: truth.length } });
    if (frames.length > MOST_FRAMES) frames.shift();
  }

  function show() {
    const { number, picture, tracks, counted } = frames[at];
    paintGrey(canvas, picture);
    const trails = new Map();
    for (const { tracks: then } of frames.slice(Math.max(at - TRAIL, 0), at + 1)) for (const { id, box } of then) trails.set(id, [...(trails.get(id) ?? []), middleOf(box)]);
    above.replaceChildren(
      ...[...trails].map(([id, places]) => svg("polyline", { points: places.map(([y, x]) => `${x},${y}`).join(" "), stroke: colour(id) })),
      ...tracks.map(({ id, box: [top, left, bottom, right] }) => svg("rect", { x: left, y: top, width: right - left, height: bottom - top, stroke: colour(id) })),
      ...tracks.map(({ id, box, digit }) => svg("text", { x: box[1], y: box[0] > 6 ? box[0] - 1 : box[2] + 5, fill: colour(id) }, `${digit} #${id + 1}`)),
    );
    const percent = (n) => `${(100 * n).toFixed(0).replace("-", "−")} %`;
    say(line, `Frame ${number}: ${tracks.length} of ${counted.there} digits followed. So far: ${counted.switched} identities lost, ${counted.missed} digits missed, ${counted.more} found where there is none; MOTA ${percent(counted.mota)}, IDF1 ${percent(counted.idf1)}.`);
    back.disabled = at === 0;
    if (!timer) why.show(frames[at]);
  }

  function run() {
    if (timer) return;
    timer = setInterval(() => go(1), FRAME_MS);
    showPlay();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    showPlay();
    if (frames.length) why.show(frames[at]);
  }

  function showPlay() {
    say(play, timer ? "Pause" : "Play");
    play.setAttribute("aria-pressed", Boolean(timer));
  }

  // Throw a digit: it goes on as the pointer went last.
  const place = (event) => {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return [((event.clientY - top) * SIDE) / height, ((event.clientX - left) * SIDE) / width];
  };
  const change = (id, to) => frames.length && (frames.at(-1).bodies = frames.at(-1).bodies.map((one) => (one.id === id ? { ...one, ...to } : one)));
  follow(canvas, {
    down(event) {
      if (!frames.length) return;
      at = frames.length - 1;
      const [y, x] = place(event), away = ({ row, column }) => Math.hypot(row + 14 - y, column + 14 - x);
      const nearest = frames[at].bodies.toSorted((a, b) => away(a) - away(b))[0];
      held = { id: nearest.id, last: [y, x], velocity: [0, 0] };
    },
    move(events) {
      if (!held) return;
      const [y, x] = place(events.at(-1)), way = [y - held.last[0], x - held.last[1]], { row, column } = frames.at(-1).bodies.find(({ id }) => id === held.id);
      change(held.id, { row: inReach(row + way[0]), column: inReach(column + way[1]) });
      held = { ...held, last: [y, x], velocity: way.map((v) => Math.min(Math.max(v / 2, -1.5), 1.5)) };
      if (!timer) go(1);
    },
    up() {
      if (held) change(held.id, { velocity: held.velocity });
      held = null;
    },
  });

  function enable(isOpen) {
    for (const one of buttons) one.disabled = !isOpen;
  }

  showSettings();
  enable(false);
  return {
    element,
    /** Begin, once the models are there. */
    open() {
      if (frames.length) return;
      enable(true);
      begin(chosen);
    },
    stop: pause,
  };
}

const colour = (id) => COLOURS[id % COLOURS.length];
