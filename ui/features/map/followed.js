// What those who follow see of the map: its kind, its classes, the pointer, the way and the camera.

import { quantiseAll } from "../../frontend/lib/latent.js";
import { VIEWS } from "./views.js";

/** The scene of a map, plain data. */
export function sceneOf(map) {
  const { x, y } = map.isVisible ? map.cameras.camera : {};
  const camera = map.isVisible ? { x, y, zoom: map.cameras.magnification } : null;
  const words = `${VIEWS[map.view].label}: ${map.point ? "the digit under the presenter's pointer" : "the presenter's digit"}.`;
  const glance = map.view === "plane" || !map.isVisible ? { words } : { words, latent: quantiseAll(map.latent) };
  return { map: { ...map.state, point: map.point, trail: map.trail.shared, camera }, glance };
}

/** Let a map show a scene, as far as it is a valid one. */
export function showSceneOn(map, { view, shown, point, trail, camera } = {}) {
  const isPlace = (...numbers) => numbers.every(Number.isFinite);
  if (!Object.hasOwn(VIEWS, view) || !map.sources[VIEWS[view].source] || !/^[0-9]{0,10}$/.test(shown)) return;
  if (view !== map.view) map.choose(view);
  map.point = Array.isArray(point) && point.length === 2 && isPlace(...point) ? point : null;
  map.trail.shared = trail;
  map.pointerFrame.soon();
  const painted = () => JSON.stringify([map.state.shown, map.isVisible && map.cameras.camera]), before = painted();
  map.shown = new Set(shown);
  if (map.isVisible && camera && isPlace(camera.x, camera.y, camera.zoom) && camera.zoom > 0) {
    map.cameras.camera = { x: camera.x, y: camera.y, scale: camera.zoom * map.cameras.fitted().scale };
  }
  if (painted() !== before) map.frame.soon(); // else the ten thousand points are where they were
}
