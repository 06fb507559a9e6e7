// What a finger on the page is about to do: to tap, to move something sideways, or to scroll the page.

const MOVED = 4; // px: a finger that moved less may still tap

/** Where a pointer goes that came down at {x, y}: "sideways", "scroll", or "" while that is open. */
export function wayOf({ x, y }, { clientX, clientY }) {
  const [dx, dy] = [Math.abs(clientX - x), Math.abs(clientY - y)];
  if (Math.max(dx, dy) <= MOVED) return "";
  return dx > dy ? "sideways" : "scroll";
}
