// A way across the map, from where a drag began to where it ended, and the digits along it.

import { h, imageCanvas, paint } from "../../frontend/lib/paint.js";

const [APART, MOST] = [4, 400]; // px between points of a trail, and how many are kept
const ALONG = 7; // digits shown of a way
const SHARED = 24; // points of it that followers see

export class Trail {
  points = []; // of the map, [x, y]
  #isGoing = false; // what is taken next is the end of the way

  constructor(map) {
    this.map = map;
  }

  /** Go on to a place of the canvas; a new way begins where the drag began, at `from`. */
  go(place, from) {
    const { cameras } = this.map;
    if (!this.#isGoing) this.points = [cameras.toMap(from)];
    this.#isGoing = true;
    const [x, y] = cameras.toScreen(this.points.at(-1));
    if (Math.hypot(x - place[0], y - place[1]) >= APART) this.points.push(cameras.toMap(place));
    if (this.points.length > MOST) this.points = this.points.filter((_, i) => i % 2 === 0 || i === MOST);
    this.map.hover(place);
  }

  /** Go straight to the pointer from the visitor's own digit, and take what is there. */
  walk() {
    const { map } = this;
    if (!map.point || !map.here) return;
    this.points = [map.yours, map.point];
    this.#isGoing = true;
    map.pick(map.point);
  }

  /** Take one of the digits along the way, which stays. */
  pick(k) {
    this.#isGoing = true;
    this.map.pick(this.evenly(ALONG)[k]);
  }

  /** A digit is taken: the end of this way, or it is over. */
  arrive() {
    if (!this.#isGoing) this.points = [];
    this.#isGoing = false;
  }

  clear() {
    this.points = [];
    this.#isGoing = false;
    this.show();
  }

  /** Show the digits along the way. */
  show() {
    const { map } = this, { model } = map.here ?? {};
    map.along.show(model && this.isWay ? this.evenly(ALONG).map((point) => map.latentAt(point)) : null, (latent) => model.decode(latent));
  }

  /** As many points of the way as are wanted, equally far from each other along it. */
  evenly(count) {
    const { points } = this, lengths = [0];
    for (let i = 1; i < points.length; i++) lengths.push(lengths[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
    const total = lengths.at(-1);
    return Array.from({ length: count }, (_, k) => {
      const at = (total * k) / (count - 1), next = Math.max(1, lengths.findIndex((length) => length >= at)), before = next - 1;
      const part = (at - lengths[before]) / (lengths[next] - lengths[before] || 1);
      return [0, 1].map((axis) => points[before][axis] + part * (points[next][axis] - points[before][axis]));
    });
  }

  get isWay() {
    return this.points.length > 1;
  }

  /** Plain data for those who follow, null where there is no way. */
  get shared() {
    return this.isWay ? this.evenly(SHARED) : null;
  }

  set shared(points) {
    const isPoint = (point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
    this.points = Array.isArray(points) && points.length <= SHARED && points.every(isPoint) ? points : [];
    this.show();
  }

  paint(context, cameras, { ink, halo }) {
    if (!this.isWay) return;
    const places = this.points.map((point) => cameras.toScreen(point));
    context.lineJoin = context.lineCap = "round";
    for (const [width, colour] of [[7, halo], [3, ink]]) {
      Object.assign(context, { lineWidth: width, strokeStyle: colour });
      context.beginPath();
      for (const [x, y] of places) context.lineTo(x, y);
      context.stroke();
    }
  }
}

/** The digits along a way, each a button: {element, show(latents or null, decode)}; `pick(k)` is called for one of them. */
export function alongTheWay(pick) {
  const canvases = Array.from({ length: ALONG }, (_, k) => imageCanvas(`along-${k + 1}`, `digit ${k + 1} of ${ALONG} along your way`));
  const buttons = canvases.map((canvas, k) => h("button", { type: "button", class: "one", title: "put this digit on the sliders", onclick: () => pick(k) }, canvas));
  const element = h("section", { class: "along", hidden: true }, h("h2", {}, "Along your way"), h("div", { class: "strip" }, ...buttons));
  return {
    element,
    show(latents, decode) {
      element.hidden = !latents;
      latents?.forEach((latent, k) => paint(canvases[k], decode(latent)));
    },
  };
}
