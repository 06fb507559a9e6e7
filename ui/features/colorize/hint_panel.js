// The hints on the picture, which pointer and keys move, and what there is to do with the chosen one.

import { button, h, refill } from "../../frontend/lib/paint.js";
import { likeliestAt } from "./hints.js";

const MOST = 12;
const [NUDGE, LEAP] = [0.01, 0.05]; // of the picture, by keys
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const inside = (value) => Math.min(Math.max(Math.round(1000 * value) / 1000, 0), 1);

/** The panel of a part whose picture lies in `paper`: {element, place(), steps()}. */
export function hintPanel(part, paper) {
  let chosen = 0, offered = "", picking = false;
  const hints = () => part.settings.hints;
  const marks = h("div", { class: "marks" });
  paper.append(marks);
  const picker = h("input", { type: "color", "aria-label": "colour of the hint", oninput: repaint, onchange: repainted });
  const swatches = h("div", { class: "swatches", role: "group", "aria-label": "likely colours here" });
  const remove = button("Remove", "this hint", () => drop(chosen));
  const clear = button("Remove all", "all hints", () => part.hint([]));
  const dropper = button("Pick from the screen", "any colour that you see", pick, { hidden: !("EyeDropper" in window) });
  const add = button("Add a hint", "in the middle of the picture, to move by arrow keys", () => put(0.5, 0.5, true));
  const name = h("span", { class: "which" });
  const tools = h("div", { class: "tools" }, name, picker, swatches, dropper, remove);
  const element = h(
    "section",
    { class: "hints", "data-part": "latent" },
    h("h2", {}, "Give it a hint"),
    h("p", {}, "Click on the coloured picture and choose what colour is there: the sixteen numbers move to the likeliest colouring that fits all your hints. Drag a hint to move it."),
    h("div", { class: "controls" }, add, clear),
    tools,
  );

  function put(x, y, focus = false) {
    if (!part.studio || hints().length >= MOST) return part.say(`More than ${MOST} hints are too many for sixteen numbers.`);
    const hint = { x: inside(x), y: inside(y) };
    [hint.colour] = likeliestAt(hint.x, hint.y, part.expected, part.studio);
    chosen = hints().length;
    part.remember();
    part.hint([...hints(), hint]);
    if (!focus) return;
    place();
    marks.children[chosen].focus();
  }

  function drop(i) {
    part.remember();
    chosen = Math.max(0, Math.min(chosen, hints().length - 2));
    part.hint(hints().filter((_, k) => k !== i));
  }

  function alter(i, changes) {
    part.hint(hints().with(i, { ...hints()[i], ...changes }));
  }

  // All that somebody tries in the browser's picker is one step for undo.
  function repaint() {
    if (!picking) part.remember();
    picking = true;
    recolour(picker.value);
  }

  function repainted() {
    picking = false;
    part.rest.flush();
  }

  function recolour(colour) {
    if (hints()[chosen]) alter(chosen, { colour });
  }

  async function pick() {
    const found = await new EyeDropper().open().catch(() => null); // closed without a choice
    const digits = found?.sRGBHex.match(/^#[0-9a-f]{6}$/i) ? found.sRGBHex : null;
    if (!digits) return;
    part.remember();
    recolour(digits.toLowerCase());
  }

  // ---- on the picture

  const placeOf = ({ clientX, clientY }) => {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return { x: inside((clientX - left) / width), y: inside((clientY - top) / height) };
  };

  paper.addEventListener("click", (event) => {
    if (event.target.closest(".hint")) return;
    paper.dispatchEvent(new Event("input", { bubbles: true, composed: true })); // whoever follows a room goes on alone
    const { x, y } = placeOf(event);
    put(x, y);
  });

  function mark(i) {
    const one = h("button", { type: "button", class: "hint", title: "drag to move, Delete to remove", onclick: () => choose(i), onfocus: () => choose(i) });
    one.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      part.remember();
      one.setPointerCapture(event.pointerId);
      choose(i);
    });
    one.addEventListener("pointermove", (event) => one.hasPointerCapture(event.pointerId) && alter(i, placeOf(event)));
    one.addEventListener("lostpointercapture", () => part.rest.flush());
    one.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") drop(i);
      else if (WAYS[event.key]) {
        if (!event.repeat) part.remember();
        const by = event.shiftKey ? LEAP : NUDGE, [dx, dy] = WAYS[event.key], { x, y } = hints()[i];
        alter(i, { x: inside(x + by * dx), y: inside(y + by * dy) });
      } else return;
      event.preventDefault();
    });
    return one;
  }

  function choose(i) {
    if (chosen === i) return;
    chosen = i;
    part.frame.soon();
  }

  // ---- to the screen

  /** Put the marks where the hints are. */
  function place() {
    const list = hints();
    chosen = Math.max(0, Math.min(chosen, list.length - 1));
    if (marks.childElementCount !== list.length) refill(marks, list.map((_, i) => mark(i)));
    list.forEach(({ x, y, colour }, i) => {
      const one = marks.children[i];
      one.style.left = `${100 * x}%`;
      one.style.top = `${100 * y}%`;
      one.style.setProperty("--colour", colour);
      one.classList.toggle("chosen", i === chosen);
      one.setAttribute("aria-label", `hint ${i + 1}: ${colour}, ${Math.round(100 * x)} % from the left, ${Math.round(100 * y)} % from the top`);
    });
  }

  function* steps() {
    const hint = hints()[chosen];
    tools.classList.toggle("away", !hint);
    clear.disabled = !hint;
    for (const one of [picker, dropper, remove]) one.disabled = !hint;
    name.textContent = hint ? `Hint ${chosen + 1} of ${hints().length}` : "No hints yet";
    if (hint && picker.value !== hint.colour) picker.value = hint.colour;
    yield;
    offer(hint);
  }

  // The colours that the model finds likely at the place of the hint, given all the others.
  function offer(hint) {
    const place = hint ? JSON.stringify([part.studio.number, hint.x, hint.y, hints().filter((_, i) => i !== chosen)]) : "";
    if (place === offered) return;
    offered = place;
    const colours = hint ? likeliestAt(hint.x, hint.y, part.expectedWithout(chosen), part.studio) : Array(6).fill("#808080");
    const change = (colour) => {
      part.remember();
      recolour(colour);
    };
    refill(swatches, colours.map((colour, i) => h("button", { type: "button", class: "swatch", disabled: !hint, style: `--colour: ${colour}`, title: colour, "aria-label": `likely colour ${i + 1}: ${colour}`, onclick: () => change(colour) })));
  }

  return { element, place, steps };
}
