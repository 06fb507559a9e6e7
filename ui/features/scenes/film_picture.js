// The picture of a film: a frame, and above it each digit's box, identity and trail in its colour. Digits can be thrown.

import { COLOURS } from "../../frontend/lib/colours.js";
import { h, svg } from "../../frontend/lib/paint.js";
import { follow } from "./board.js";
import { middleOf, overlap } from "./boxes.js";
import { SIDE } from "./motion.js";
import { paintGrey } from "./pixels.js";

const [WIDE, HIGH] = [16, 6]; // pixels of a canvas of 64, that a label takes

/** The picture: {element, show(picture, tracks, trails)}; a pointer calls `hand.down(place)`, `move(place)`, `up()`, where there is one, with places [row, column] in pixels. */
export function filmPicture(hand, testId = "film") {
  const canvas = h("canvas", { width: SIDE, height: SIDE, "data-testid": testId, role: "img", "aria-label": "digits that move, with the boxes and trails of their identities" });
  const above = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" }), element = h("div", { class: "board" }, canvas, above);
  const place = (event) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [((event.clientY - top) * canvas.height) / height, ((event.clientX - left) * canvas.width) / width];
  };
  if (hand) follow(canvas, { down: (event) => hand.down(place(event)), move: (events) => hand.move(place(events.at(-1))), up: () => hand.up() });
  return {
    element,
    show(picture, tracks, trails) {
      paintGrey(canvas, picture);
      const unit = Math.max(picture.width, picture.height) / SIDE, places = labelPlaces(tracks, unit);
      above.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
      element.style.setProperty("--unit", unit);
      above.replaceChildren(
        ...[...trails].map(([id, places]) => svg("polyline", { points: places.map(([y, x]) => `${x},${y}`).join(" "), stroke: colour(id) })),
        ...tracks.map(({ id, box: [top, left, bottom, right] }) => svg("rect", { x: left, y: top, width: right - left, height: bottom - top, stroke: colour(id) })),
        ...tracks.map(({ id, digit }, i) => svg("text", { x: places[i][1], y: places[i][0] + 4.5 * unit, fill: colour(id) }, `${digit} #${id + 1}`)),
      );
    },
  };
}

// The upper left corners of labels: above a digit, or below it where there is no room or another label.
function labelPlaces(tracks, unit) {
  const taken = [];
  for (const { box: [top, left, bottom] } of tracks) {
    const boxes = [top - HIGH * unit, bottom].map((y) => [y, left, y + HIGH * unit, left + WIDE * unit]);
    taken.push(boxes.find((box) => box[0] >= 0 && taken.every((other) => !overlap(box, other))) ?? boxes[1]);
  }
  return taken;
}

/** The places of each identity in some frames: Map of id -> [[row, column], ...]. */
export function trailsOf(frames) {
  const trails = new Map();
  for (const { tracks } of frames) for (const { id, box } of tracks) trails.set(id, [...(trails.get(id) ?? []), middleOf(box)]);
  return trails;
}

const colour = (id) => COLOURS[id % COLOURS.length];
