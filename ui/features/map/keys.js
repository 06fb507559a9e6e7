// The keys of the map: arrows move the pointer, Enter takes what is under it, with Shift by way of the digits between;
// + - 0 are for the camera.


export const ZOOM = 1.3; // of one press
const [STEP, LARGE_STEP] = [8, 40]; // px that an arrow key moves the pointer
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Do what a key says; returns whether it says something. */
export function pressed(map, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const by = WAYS[event.key], { cameras } = map;
  if (by) {
    const step = event.shiftKey ? LARGE_STEP : STEP, from = map.point ? cameras.toScreen(map.point) : cameras.middle;
    map.hover([cameras.width, cameras.height].map((size, axis) => Math.min(Math.max(from[axis] + step * by[axis], 0), size)));
  } else if (event.key === "Enter" && event.shiftKey) map.trail.walk();
  else if (event.key === "Enter" || event.key === " ") map.point && map.pick(map.point);
  else if (event.key === "+") map.zoom(ZOOM);
  else if (event.key === "-") map.zoom(1 / ZOOM);
  else if (event.key === "0") map.refit();
  else return false;
  return true;
}
