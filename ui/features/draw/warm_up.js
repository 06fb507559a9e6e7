// Make the first strokes as quick as the later ones: a browser compiles a loop well only after some rounds of it.

import { normalizeDrawing } from "../../frontend/lib/normalize.js";

const ROUNDS = 30;

/** Normalise, encode and decode a drawing again and again while the browser has nothing else to do. */
export function warmUp(model, rounds = ROUNDS) {
  const drawing = new ImageData(280, 280);
  for (let y = 40; y < 240; y++) drawing.data.fill(255, 4 * (280 * y + 80), 4 * (280 * y + 200 - Math.floor(y / 2)));
  const size = model.spec.inputs.image.reduce((a, b) => a * b), isDigit = size === 784;
  const round = () => {
    model.decode(model.encode(isDigit ? normalizeDrawing(drawing) : new Float32Array(size)));
    if (--rounds) idle(round);
  };
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 20));
  idle(round);
}
