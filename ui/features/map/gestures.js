// Mouse, fingers and wheel on the map: a mouse hovers and drags, one finger is the pointer, two move and zoom.

const CLICK = 5; // px: a pointer that moved less has not dragged

/**
 * Follow gestures on a canvas, where `ready()` says whether there is a map yet: hover(place), null for away; pick(place);
 * move(dx, dy); zoom(factor, place). A place is [x, y] in px.
 */
export function followGestures(canvas, { ready, hover, pick, move, zoom }) {
  const fingers = new Map(); // pointerId -> place
  let [start, moved] = [null, false];
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
      if (event.button || !ready()) return;
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, place(event));
      if (fingers.size === 1) [start, moved] = [place(event), false];
      if (event.pointerType !== "mouse") hover(place(event));
    },
    pointermove(event) {
      if (!ready()) return;
      const before = fingers.size ? [middle(), apart()] : null;
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place(event));
      if (start && Math.hypot(place(event)[0] - start[0], place(event)[1] - start[1]) > CLICK) moved = true;
      const pans = fingers.size > 1 || (fingers.size === 1 && event.pointerType === "mouse");
      if (!pans) return hover(place(event));
      if (!moved) return;
      const [from, spread] = before, to = middle();
      move(to[0] - from[0], to[1] - from[1]);
      if (spread) zoom(apart() / spread, to);
    },
    pointerup(event) {
      const clicked = fingers.size === 1 && fingers.has(event.pointerId) && !moved;
      if (clicked) pick(place(event));
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
