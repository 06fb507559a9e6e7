// Where the map looks: a camera per view, {x, y, scale}, with the point in the middle and the scale in px per unit.

const FILLED = 0.94; // of the canvas, by the points
const [FARTHEST, NEAREST] = [1 / 2, 50]; // times the scale that shows every point
const OUTSIDE = 1 / 100; // of the plane's digits on each side: they lie far out, and would make the map of the others small

export class Cameras {
  #cameras = {};
  #bounds = new WeakMap(); // of points

  /** `shown()` returns the view and its points now, (count, 2), flat. */
  constructor(shown) {
    Object.assign(this, { shown, width: 0, height: 0 });
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    this.#cameras = {};
  }

  /** The camera of this view; at first it shows (nearly) every point. */
  get camera() {
    return (this.#cameras[this.shown().view] ??= this.fitted());
  }

  set camera(camera) {
    this.#cameras[this.shown().view] = camera;
  }

  fitted() {
    const { view, points } = this.shown();
    if (!this.#bounds.has(points)) this.#bounds.set(points, [0, 1].map((axis) => extent(points, axis, view === "plane" ? OUTSIDE : 0)));
    const [[left, right], [top, bottom]] = this.#bounds.get(points);
    const scale = FILLED * Math.min(this.width / (right - left), this.height / (bottom - top));
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
  }

  /** The middle of the canvas. */
  get middle() {
    return [this.width / 2, this.height / 2];
  }

  /** How many times larger everything is than where every point is shown. */
  get magnification() {
    return this.camera.scale / this.fitted().scale;
  }

  refit() {
    delete this.#cameras[this.shown().view];
  }

  toScreen([x, y]) {
    const { camera } = this;
    return [this.width / 2 + (x - camera.x) * camera.scale, this.height / 2 - (y - camera.y) * camera.scale];
  }

  toMap([x, y]) {
    const { camera } = this;
    return [camera.x + (x - this.width / 2) / camera.scale, camera.y - (y - this.height / 2) / camera.scale];
  }

  move(dx, dy) {
    const { camera } = this;
    camera.x -= dx / camera.scale;
    camera.y += dy / camera.scale;
  }

  /** Zoom so that a place on the canvas stays where it is. */
  zoom(factor, place) {
    const { camera } = this, point = this.toMap(place), all = this.fitted().scale;
    camera.scale = Math.min(Math.max(camera.scale * factor, FARTHEST * all), NEAREST * all);
    const [left, top] = this.toScreen(point);
    this.move(place[0] - left, place[1] - top);
  }
}

function extent(points, axis, outside) {
  const sorted = points.filter((_, i) => i % 2 === axis).sort();
  const left = Math.floor(sorted.length * outside);
  return [sorted[left], sorted.at(-1 - left)];
}
