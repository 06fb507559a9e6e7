// How the numbers of a layer lie on a picture of it: maps side by side, a vector as a strip. Sizes are in cells, one
// cell per number, so that pictures of different layers are to scale.

const GAP = 1; // between maps

/**
 * Arrange a layer's numbers on a rectangle about `aspect` times as high as wide: {width, height, at}. `at(i)` is the
 * cell [x, y] of number i of the shape ([n] or [height, width, channels]); in a strip numbers follow its short side.
 */
export function arrange(shape, aspect) {
  return shape.length === 1 ? strip(shape[0], aspect) : maps(shape, aspect);
}

function strip(n, aspect) {
  const tall = aspect > 1;
  const short = divisor(n, Math.sqrt(n / (tall ? aspect : 1 / aspect)));
  const long = Math.ceil(n / short);
  const [width, height] = tall ? [short, long] : [long, short];
  return { width, height, at: tall ? (i) => [i % short, Math.floor(i / short)] : (i) => [Math.floor(i / short), i % short] };
}

// The divisor of n nearest to a wish, so that the rectangle is full; the wish itself where none is near.
function divisor(n, wish) {
  const far = (k) => Math.abs(Math.log(k / wish));
  const near = Array.from({ length: n }, (_, k) => k + 1).filter((k) => n % k === 0 && far(k) < 0.5);
  return near.length ? near.reduce((best, k) => (far(k) < far(best) ? k : best)) : Math.max(1, Math.round(wish));
}

function maps([h, w, c], aspect) {
  const sizes = (columns) => {
    const rows = Math.ceil(c / columns);
    return { columns, rows, width: columns * (w + GAP) - GAP, height: rows * (h + GAP) - GAP };
  };
  // As near to the aspect as it gets; a rectangle with an empty place looks unfinished, so that counts as well.
  const unfit = ({ columns, rows, width, height }) => Math.abs(Math.log(height / width / aspect)) + (8 * (columns * rows - c)) / c;
  const all = Array.from({ length: c }, (_, k) => sizes(k + 1));
  const { columns, width, height } = all.reduce((best, one) => (unfit(one) < unfit(best) ? one : best));
  const at = (i) => {
    const map = i % c, x = Math.floor(i / c) % w, y = Math.floor(i / (c * w));
    return [(map % columns) * (w + GAP) + x, Math.floor(map / columns) * (h + GAP) + y];
  };
  return { width, height, at };
}

const AIR = 4; // px between two labels

/**
 * How far to lower each label so that none lies on another, nor on what is `taken`: all are {left, right, top, bottom} in
 * pixels. Those that are highest stay.
 */
export function spread(labels, taken) {
  const placed = [...taken];
  const lower = labels.map(() => 0);
  const meets = (a, b) => a.left < b.right + AIR && b.left < a.right + AIR && a.top < b.bottom && b.top < a.bottom;
  for (const i of Object.keys(labels).sort((a, b) => labels[a].top - labels[b].top)) {
    const { left, right, top, bottom } = labels[i];
    const box = () => ({ left, right, top: top + lower[i], bottom: bottom + lower[i] });
    for (let other; (other = placed.find((one) => meets(box(), one))); ) lower[i] = other.bottom + AIR - top;
    placed.push(box());
  }
  return lower;
}

/** What number i of a layer is, in words. */
export function place(shape, i) {
  if (shape.length === 1) return `number ${i + 1}`;
  const [, w, c] = shape;
  const where = `row ${Math.floor(i / (c * w)) + 1}, column ${(Math.floor(i / c) % w) + 1}`;
  return c === 1 ? where : `map ${(i % c) + 1}, ${where}`;
}
