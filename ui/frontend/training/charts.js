// The pictures of a training: error curves, digits and their reconstructions, latents in the plane.

import { COLOURS } from "../lib/colours.js";
import { putImage, shapeOf } from "../lib/paint.js";

const REFERENCE = [5, 4]; // px: the dashes of a known model's line
const MARGIN = { left: 52, right: 10, top: 10, bottom: 26 }; // px, around the curves

// A canvas as large as it is seen, sharp on any screen: {context, width, height} in CSS pixels.
function fit(canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, width, height };
}

/**
 * Paint the training error of batches and the validation error of epochs, [epoch, error] each, on a logarithmic scale.
 * `earlier` are validation errors of other trainings, thin lines; `references` {label, error} of models that are known.
 */
export function paintCurves(canvas, { losses = [], held = [], epochs, earlier = [], references = [] }, { text, soft, train, validation }) {
  const { context, width, height } = fit(canvas);
  const errors = [...losses, ...held, ...earlier.flat()].map((p) => p[1]).concat(references.map(({ error }) => error)).filter((v) => v > 0);
  const low = Math.min(0.02, ...errors) / 1.15, high = Math.max(0.1, ...errors) * 1.15;
  const x = (epoch) => MARGIN.left + ((width - MARGIN.left - MARGIN.right) * epoch) / Math.max(epochs, 1);
  const y = (error) => MARGIN.top + ((height - MARGIN.top - MARGIN.bottom) * Math.log(high / Math.max(error, low))) / Math.log(high / low);
  Object.assign(context, { font: "12px system-ui, sans-serif", fillStyle: text, strokeStyle: soft, lineWidth: 1, textBaseline: "middle", textAlign: "right" });
  for (const tick of ticks(low, high)) {
    context.fillText(String(tick), MARGIN.left - 8, y(tick));
    rule(context, MARGIN.left, y(tick), width - MARGIN.right, y(tick));
  }
  Object.assign(context, { textAlign: "center", textBaseline: "top", globalAlpha: 1 });
  const every = Math.max(1, Math.ceil(epochs / Math.max(2, Math.floor(width / 80))));
  for (let epoch = 0; epoch <= epochs; epoch += every) context.fillText(epoch === 0 ? "epoch 0" : String(epoch), x(epoch), height - MARGIN.bottom + 8);
  for (const { label, error } of references) {
    rule(context, MARGIN.left, y(error), width - MARGIN.right, y(error), REFERENCE);
    Object.assign(context, { textAlign: "right", textBaseline: "bottom" });
    context.fillText(label, width - MARGIN.right, y(error) - 2);
  }
  const placed = (line) => line.map(([epoch, error]) => [x(Math.min(epoch, epochs)), y(error)]);
  for (const line of earlier) stroke(context, placed(line), soft, 1);
  stroke(context, placed(losses), train, 1.5);
  const points = placed(held);
  stroke(context, points, validation, 2.5);
  context.fillStyle = validation;
  for (const [px, py] of points.length > 40 ? points.slice(-1) : points) {
    context.beginPath();
    context.arc(px, py, 3, 0, 2 * Math.PI);
    context.fill();
  }
}

function ticks(low, high) {
  const all = [-4, -3, -2, -1, 0, 1].flatMap((power) => [1, 2, 5].map((n) => Number((n * 10 ** power).toPrecision(1))));
  return all.filter((tick) => tick >= low && tick <= high);
}

function rule(context, x0, y0, x1, y1, dashes = []) {
  context.globalAlpha = dashes.length ? 0.9 : 0.3;
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function stroke(context, points, colour, width) {
  Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

/** Paint rows of eight images, each above what became of it: `rows` are lists of `count` images, one after the other. */
export function paintPairs(canvas, rows, count = 16) {
  const columns = 8, size = rows[0].length / count, { side } = shapeOf(size), height = side * rows.length * Math.ceil(count / columns);
  if (canvas.width !== side * columns || canvas.height !== height) Object.assign(canvas, { width: side * columns, height });
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  const context = canvas.getContext("2d");
  for (let i = 0; i < count; i++)
    rows.forEach((images, row) => putImage(context, images.subarray(size * i, size * (i + 1)), side * (i % columns), side * (rows.length * Math.floor(i / columns) + row)));
}

/** Paint latents in the plane, [x, y] in -1 ... 1 each, in the colours of their digits. */
export function paintScatter(canvas, points, labels) {
  const { context, width, height } = fit(canvas);
  points.forEach(([x, y], i) => {
    context.fillStyle = COLOURS[labels[i] % COLOURS.length];
    context.beginPath();
    context.arc(width * (0.5 + 0.47 * x), height * (0.5 - 0.47 * y), 2.4, 0, 2 * Math.PI);
    context.fill();
  });
}

/** Paint filters of the first layer, {count, length, values}, in two rows: red where they add, blue where they take away. */
export function paintFilters(canvas, { count, length, values }, channels) {
  const side = Math.round(Math.sqrt(length / channels)), columns = Math.ceil(count / 2), step = side + 1;
  const pixels = new ImageData(step * columns - 1, 2 * step - 1);
  for (let f = 0; f < count; f++) for (let i = 0; i < side * side; i++) {
    let v = 0;
    for (let c = 0; c < channels; c++) v += values[f * length + i * channels + c] / channels;
    const row = Math.floor(f / columns) * step + Math.floor(i / side), column = (f % columns) * step + (i % side);
    const at = 4 * (row * pixels.width + column), away = Math.abs(v) / 127, end = v > 0 ? [239, 68, 68] : [59, 130, 246];
    end.forEach((to, k) => (pixels.data[at + k] = Math.round(255 + away * (to - 255))));
    pixels.data[at + 3] = 255;
  }
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) Object.assign(canvas, { width: pixels.width, height: pixels.height });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}
