// Mouse, fingers and wheel on the map: a mouse hovers, a drag goes a way, one finger is the pointer, two move and zoom.

const CLICK = 5; // px: a pointer that moved less has not dragged

/**
 * Follow gestures on a canvas, where `ready()` says whether there is a map yet, and `pans()` whether a drag moves it:
 * hover(place), null for away; pick(place); go(place, from) on a way, which ends with a pick; move(dx, dy);
 * zoom(factor, place). A place is [x, y] in px.
 */
export function followGestures(canvas, { ready, pans, hover, pick, go, move, zoom }) {
  const fingers = new Map(); // pointerId -> place
  let [start, moved, isWay] = [null, false, false];
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = () => [0, 1].map((axis) => [...fingers.values()].reduce((sum, at) => sum + at[axis], 0) / fingers.size);
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  };
  const handlers = {
    pointerdown(event) {
      if (event.button > 1 || !ready()) return; // the middle button moves the map, as on other maps
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, place(event));
      if (fingers.size === 1) [start, moved, isWay] = [place(event), false, !event.button && !event.shiftKey && !pans()];
      else isWay = false;
      if (event.pointerType !== "mouse") hover(place(event));
    },
    pointermove(event) {
      if (!ready()) return;
      const before = fingers.size ? [middle(), apart()] : null;
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place(event));
      if (start && Math.hypot(place(event)[0] - start[0], place(event)[1] - start[1]) > CLICK) moved = true;
      if (!fingers.size) return hover(place(event));
      if (!moved) return;
      if (isWay) return go(place(event), start);
      const [from, spread] = before, to = middle();
      move(to[0] - from[0], to[1] - from[1]);
      if (spread) zoom(apart() / spread, to);
    },
    pointerup(event) {
      const isLast = fingers.size === 1 && fingers.has(event.pointerId);
      if (isLast && !event.button && (isWay || !moved)) pick(place(event));
    },
    lostpointercapture: (event) => fingers.delete(event.pointerId),
    pointerleave: (event) => event.pointerType === "mouse" && hover(null),
    wheel(event) {
      if (!ready()) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), place(event));
    },
  };
  for (const [type, handler] of Object.entries(handlers)) canvas.addEventListener(type, handler, { passive: false });
}
