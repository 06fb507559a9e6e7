// The card: the digit, its numbers as bars, and what the decoder draws from them, with the address where that is done.

import { h, paint } from "../../frontend/lib/paint.js";

const [WIDTH, HEIGHT] = [1200, 630]; // px, of the pictures that are shown with links
const [LEFT, TOP, SIDE, GAP] = [60, 190, 300, 36];
const REACH = 3; // standard deviations, at which a bar is as long as there is room
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const [PAPER, INK, SOFT, BARS, OUTPUT] = ["#13151f", "#e7e9f3", "#a9adc1", "#818cf8", "#dcfba6"];
const WORDS = { 1: "one number", 2: "two numbers", 4: "four numbers", 8: "eight numbers", 10: "ten numbers", 16: "sixteen numbers" };

/** "My 4 in sixteen numbers": the digit by its sample, else by the real digits that are nearest. */
export function titleOf({ sample, name, latent }) {
  const digit = sample ?? name.match(/nearest to real (\d)s/)?.[1] ?? "digit";
  return `My ${digit} in ${WORDS[latent.length] ?? `${latent.length} numbers`}`;
}

/** Paint the card on a canvas. */
export function cardOf(canvas, shown, address) {
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d"), { latent, model, image } = shown;
  const output = model.decode(Float32Array.from(latent)), right = WIDTH - LEFT - SIDE;
  context.fillStyle = PAPER;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  write(context, titleOf(shown), LEFT, 110, `600 64px ${FONT}`, INK);
  if (image) put(context, image, LEFT, "what the network sees");
  put(context, output, right, "drawn from the numbers");
  bars(context, latent, image ? LEFT + SIDE + GAP : LEFT, right - GAP);
  write(context, `${address.host}${address.pathname}`.replace(/\/$/, ""), LEFT, HEIGHT - 40, `26px ${FONT}`, OUTPUT);
}

function put(context, image, left, caption) {
  const small = h("canvas");
  paint(small, image);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, TOP, SIDE, SIDE);
  write(context, caption, left, TOP + SIDE + 40, `24px ${FONT}`, SOFT);
}

/** Bars to both sides of a line, one for each number. */
function bars(context, latent, left, right) {
  const step = SIDE / latent.length, middle = (left + right) / 2, half = (right - left) / 2;
  context.fillStyle = SOFT;
  context.fillRect(middle - 1, TOP, 2, SIDE);
  context.fillStyle = BARS;
  latent.forEach((value, i) => {
    const length = (Math.max(Math.min(value / REACH, 1), -1) || 0) * half;
    context.fillRect(Math.min(middle, middle + length), TOP + i * step + 0.15 * step, Math.abs(length), 0.7 * step);
  });
}

function write(context, text, left, baseline, font, colour) {
  Object.assign(context, { font, fillStyle: colour });
  context.fillText(text, left, baseline, WIDTH - LEFT - left);
}
