// The map, small, with the hall's digits on it: real digits as faint points, each answer as a ring at the place of its latent.

import { COLOURS } from "../../frontend/lib/colours.js";
import { h } from "../../frontend/lib/paint.js";

const SIDE = 560; // pixels of the canvas
const EDGE = 0.04; // of it
const POINT = 2, RING = 5; // pixels
const BUDGET_MS = 4; // of a frame: on the clustered map, a place takes a look at all real digits

export class Chart {
  #waiting = []; // answers that have no place yet
  #frame = 0;
  #atlas = null;

  constructor() {
    this.element = h("canvas", { width: SIDE, height: SIDE, "data-testid": "wall-map", role: "img", "aria-label": "the hall's digits on the map" });
    this.context = this.element.getContext("2d");
    this.count = 0;
  }

  /** Show another atlas, null for none, with answers. */
  use(atlas, answers) {
    this.#atlas = atlas;
    this.clear(answers);
  }

  /** Show these answers only. */
  clear(answers) {
    this.context.clearRect(0, 0, SIDE, SIDE);
    [this.#waiting, this.count] = [[], 0];
    if (!this.#atlas) return;
    this.#measure();
    this.#paintPoints();
    this.add(answers);
  }

  add(answers) {
    if (!this.#atlas) return;
    this.#waiting.push(...answers);
    this.#frame ||= requestAnimationFrame(() => this.#some());
  }

  #some() {
    const end = performance.now() + BUDGET_MS;
    this.#frame = 0;
    while (this.#waiting.length && performance.now() < end) this.#paintRing(this.#waiting.shift());
    if (this.#waiting.length) this.#frame = requestAnimationFrame(() => this.#some());
    this.element.setAttribute("aria-label", `${this.count.toLocaleString("en")} of the hall's digits on the map`);
  }

  get #points() {
    return this.#atlas.points.nonlinear ?? this.#atlas.points.flat;
  }

  #measure() {
    const points = this.#points, [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
    points.forEach((v, i) => {
      low[i % 2] = Math.min(low[i % 2], v);
      high[i % 2] = Math.max(high[i % 2], v);
    });
    const scale = (SIDE * (1 - 2 * EDGE)) / Math.max(high[0] - low[0], high[1] - low[1]), middle = low.map((v, i) => (v + high[i]) / 2);
    this.toCanvas = ([x, y]) => [SIDE / 2 + scale * (x - middle[0]), SIDE / 2 - scale * (y - middle[1])].map((v) => Math.min(Math.max(v, RING), SIDE - RING));
  }

  #paintPoints() {
    const { context } = this, points = this.#points, { labels } = this.#atlas;
    context.globalAlpha = 0.45;
    labels.forEach((label, i) => {
      const [x, y] = this.toCanvas([points[2 * i], points[2 * i + 1]]);
      context.fillStyle = COLOURS[Math.min(label, COLOURS.length - 1)];
      context.fillRect(x - POINT / 2, y - POINT / 2, POINT, POINT);
    });
    context.globalAlpha = 1;
  }

  #paintRing({ latent }) {
    const { context } = this, atlas = this.#atlas;
    const [x, y] = this.toCanvas(atlas.points.nonlinear ? atlas.place(latent) : atlas.project(latent));
    context.beginPath();
    context.arc(x, y, RING, 0, 2 * Math.PI);
    context.fillStyle = "#fff";
    context.fill();
    Object.assign(context, { strokeStyle: "#000", lineWidth: 2 });
    context.stroke();
    this.count += 1;
  }
}
