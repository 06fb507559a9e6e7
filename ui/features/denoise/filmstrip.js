// Feed a model's output back into it, again and again: it settles, or wanders off to another digit.

import { explained } from "../../frontend/lib/explain.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";
import { aloud } from "../../frontend/lib/aloud.js";
import { button, h, imageCanvas, paint } from "../../frontend/lib/paint.js";

const FIRST = 6; // steps that are there without asking
const MOST = 60;
const PLAY_MS = 250;
const SETTLED = 1e-6; // squared error per pixel between two steps: less is not to be seen

/** The filmstrip: {element, reset(image), use(redraws)}; redraws is {name: redraw(image)}, in the order of the choice. */
export function filmstrip() {
  let [redraws, start, frames, timer, chosen] = [{}, null, [], 0, ""];
  const choice = h("select", { "aria-label": "model to repeat", onchange: () => ((chosen = choice.value), refill(FIRST)) });
  const stepButton = button("Step", "once more through the model", () => (pause(), step()));
  const playButton = button("Play", "again and again, until it settles", () => (timer ? pause() : play()));
  const againButton = button("Start over", "back to the input", () => refill(0));
  const strip = h("div", { class: "strip", "data-testid": "filmstrip", tabindex: 0, role: "group", "aria-label": "filmstrip" });
  const status = h("p", { class: "status" });
  const spoken = aloud();
  const element = h(
    "section",
    { class: "repeat" },
    h("h2", {}, "Repeat"),
    h("p", { class: "meaning" }, ...explained("Feed the output back in: does it settle, or wander off to another digit? The squared error says how far it went.")),
    h("div", { class: "controls" }, choice, stepButton, playButton, againButton),
    strip,
    status,
    spoken.element,
  );

  const picture = (place) =>
    strip.children[place] ??
    strip.appendChild(h("figure", {}, imageCanvas(`frame-${place}`, `step ${place}`), h("figcaption", {}, place ? String(place) : "input")));

  function add(image) {
    frames.push(image);
    const figure = picture(frames.length - 1);
    figure.style.visibility = "visible";
    paint(figure.firstChild, image);
  }

  function refill(steps) {
    pause();
    frames = [];
    if (start) add(start);
    for (let k = 0; k < steps; k++) if (!step()) break;
    for (const figure of [...strip.children].slice(frames.length)) {
      if (Number(figure.lastChild.textContent) > FIRST) figure.remove();
      else figure.style.visibility = "hidden"; // keeps the strip as high as it was
    }
    strip.scrollLeft = 0;
    enable();
  }

  /** Take one step; false when there is nothing more to see. */
  function step() {
    const redraw = redraws[choice.value];
    if (!redraw || !start || frames.length > MOST) return false;
    const [before, after] = [frames.at(-1), redraw(frames.at(-1))];
    add(after);
    const moved = meanSquaredError(before, after), far = meanSquaredError(frames[1], after);
    const settled = moved < SETTLED;
    status.textContent = settled
      ? `Settled after ${frames.length - 1} steps, ${far.toFixed(4)} (squared error) from the first output.`
      : `Step ${frames.length - 1} moved the picture by ${moved.toFixed(5)} (squared error), ${far.toFixed(4)} from the first output.`;
    spoken.say(status.textContent);
    strip.scrollLeft = strip.scrollWidth;
    enable();
    return !settled && frames.length <= MOST;
  }

  function enable() {
    stepButton.disabled = playButton.disabled = !start || !redraws[choice.value] || frames.length > MOST;
    againButton.disabled = frames.length < 2;
  }

  function play() {
    playButton.textContent = "Pause";
    timer = setInterval(() => step() || pause(), PLAY_MS);
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    playButton.textContent = "Play";
  }

  return {
    element,
    stop() {
      pause();
      spoken.stop();
    },
    reset(image) {
      start = image;
      refill(FIRST);
    },
    use(named) {
      const names = Object.keys(named);
      redraws = named;
      choice.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
      choice.value = names.includes(chosen) ? chosen : names[0];
      refill(FIRST);
    },
  };
}
