// The pictures of a training: error curves, digits and their reconstructions, latents in the plane.

import { COLOURS } from "../../frontend/lib/colours.js";
import { imageFromBase64, putImage, shapeOf } from "../../frontend/lib/paint.js";

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

/** Paint the training error of batches and the validation error of epochs, on a logarithmic scale. */
export function paintCurves(canvas, { losses = [], curve = [], epochs }, { text, soft, train, validation }) {
  const { context, width, height } = fit(canvas);
  const errors = [...losses.map((p) => p[1]), ...curve.flat()].filter((v) => v > 0);
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
  stroke(context, losses.map(([epoch, error]) => [x(epoch), y(error)]), train, 1.5);
  const points = curve.map(([, error], i) => [x(i + 1), y(error)]);
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

function rule(context, x0, y0, x1, y1) {
  context.globalAlpha = 0.3;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.globalAlpha = 1;
}

function stroke(context, points, colour, width) {
  Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

/** Paint two rows of eight images: each, its corrupted input where there is one, and its reconstruction. */
export function paintDigits(canvas, { clean, given, redrawn }) {
  const rows = [clean, given, redrawn].filter(Boolean).map(imageFromBase64);
  const columns = 8, size = rows[0].length / 16, { side } = shapeOf(size);
  Object.assign(canvas, { width: side * columns, height: (side * rows.length * 16) / columns });
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  const context = canvas.getContext("2d");
  for (let i = 0; i < 16; i++)
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
