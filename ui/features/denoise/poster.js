// Save the comparison as a PNG with captions, for a slide.

import { KINDS } from "./kinds.js";
import { ROLES } from "./models.js";

const SIDE = 336, GAP = 24, TITLE = 72, CAPTION = 108;

/** Draw figures {title, numbers, canvas, best} in a row under a title; returns a canvas. */
function poster(title, figures) {
  const canvas = document.createElement("canvas");
  canvas.width = GAP + figures.length * (SIDE + GAP);
  canvas.height = TITLE + SIDE + CAPTION;
  const context = canvas.getContext("2d");
  const write = (text, x, y, font, colour = "#1e2130") => {
    context.font = `${font} system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif`;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  };
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  write(title, GAP, 46, "600 26px");
  figures.forEach((figure, i) => {
    const x = GAP + i * (SIDE + GAP), y = TITLE + SIDE;
    context.drawImage(figure.canvas, x, TITLE, SIDE, SIDE);
    write(figure.title + (figure.best ? " ★" : ""), x, y + 34, "600 22px");
    figure.numbers.forEach((line, k) => write(line, x, y + 62 + 24 * k, "18px", "#555a6e"));
  });
  return canvas;
}

/** Save what a lab compares. */
export function saveComparison({ settings: { kind, level }, panels, controls }) {
  const shown = ["clean", "corrupted", ...Object.keys(ROLES), "wide"].map((name) => panels[name]).filter((panel) => !panel.figure.hidden);
  save(poster(`${KINDS[kind].label}: ${controls.meaning.textContent}`, shown), `${kind}-${level.toFixed(2)}.png`);
}

/** Offer a canvas to the visitor as a PNG file to keep. */
function save(canvas, name) {
  canvas.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, "image/png");
}
