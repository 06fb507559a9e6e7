// What the hall draws, live on the map of whoever presents: a ring at the place of each answer to what was asked.

import { h, say } from "../../frontend/lib/paint.js";
import { answersNow, listen, pollNow } from "../wall/poll.js";
import { pointOf } from "./views.js";

const BUDGET_MS = 6; // of finding places in a frame: on the clustered map, one takes a look at all real digits
const [RADIUS, LINE] = [5, 2]; // px

export class Answers {
  #placed = new WeakMap(); // atlas -> the answers that have a place
  #silence = null; // ends the listening
  element = h("span", { class: "answers", role: "status", "data-testid": "map-answers", hidden: true });

  constructor(map) {
    this.map = map;
  }

  hear() {
    this.#silence ??= listen(() => this.map.frame.soon());
  }

  stop() {
    this.#silence?.();
    this.#silence = null;
  }

  /** Paint those that have a place on this kind of map, which some more get in each frame; returns whether that is all. */
  paint(context, cameras, ratio) {
    const { view, described, here } = this.map, isAsked = pollNow()?.model === described.name;
    const answers = isAsked ? answersNow() : [], end = performance.now() + BUDGET_MS;
    this.element.hidden = !isAsked;
    say(this.element, isAsked ? `Rings: ${answers.length.toLocaleString("en")} of the hall's digits.` : "");
    if (!this.#placed.has(here.atlas)) this.#placed.set(here.atlas, new WeakSet());
    const placed = this.#placed.get(here.atlas), ring = ringAt(ratio), half = RADIUS + LINE;
    const sharp = (v) => Math.round((v - half) * ratio) / ratio;
    let left = 0;
    for (const { latent } of answers) {
      if (view === "umap" && !placed.has(latent) && performance.now() > end) left++;
      else {
        placed.add(latent);
        const [x, y] = cameras.toScreen(pointOf(view, here.atlas, latent));
        context.drawImage(ring, sharp(x), sharp(y), ring.width / ratio, ring.height / ratio);
      }
    }
    return !left;
  }
}

const rings = new Map(); // pixels for each px -> a ring

function ringAt(ratio) {
  if (!rings.has(ratio)) {
    const half = RADIUS + LINE, canvas = new OffscreenCanvas(Math.ceil(2 * half * ratio), Math.ceil(2 * half * ratio)), context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.arc(half, half, RADIUS, 0, 2 * Math.PI);
    context.fillStyle = "#fff";
    context.fill();
    Object.assign(context, { strokeStyle: "#000", lineWidth: LINE });
    context.stroke();
    rings.set(ratio, canvas);
  }
  return rings.get(ratio);
}
