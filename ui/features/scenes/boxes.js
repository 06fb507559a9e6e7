// Boxes: [top, left, bottom, right] in pixels, the last two exclusive. Mirrors `aecore/core/boxes.py`.

const area = ([top, left, bottom, right]) => (bottom - top) * (right - left);

const inner = (one, other) => [0, 1].map((i) => Math.max(Math.min(one[i + 2], other[i + 2]) - Math.max(one[i], other[i]), 0));

/** The intersection over union of two boxes. */
export function overlap(one, other) {
  const [height, width] = inner(one, other), both = height * width;
  return both / Math.max(area(other) + area(one) - both, 1e-9);
}

/** The largest fraction of a box that one of the others covers; 0 where there are none. */
export function covered(box, others) {
  let most = 0;
  for (const other of others) {
    const [height, width] = inner(box, other);
    most = Math.max(most, height * width);
  }
  return most / Math.max(area(box), 1e-9);
}

/** The middle of a box, [row, column]. */
export const middleOf = (box) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];

/** A box moved by rows and columns. */
export const moved = (box, rows, columns) => [box[0] + rows, box[1] + columns, box[2] + rows, box[3] + columns];
