// The row of pictures to choose from, and the ways to bring one's own.

import { fetchFile } from "../../frontend/engine/files.js";
import { button, h } from "../../frontend/lib/paint.js";
import { fit, readPicture } from "./picture.js";

const [WIDE, HIGH] = [72, 56];

/** The shipped pictures, each fetched when somebody first asks for it. */
export class Shelf {
  constructor() {
    this.found = new Map(); // url -> promise of a Picture
  }

  /** A promise of a shipped picture; throws an Error where it does not arrive. */
  get(url) {
    if (!this.found.has(url)) {
      const promise = fetched(url);
      promise.catch(() => this.found.delete(url));
      this.found.set(url, promise);
    }
    return this.found.get(url);
  }
}

async function fetched(url) {
  const response = await fetchFile(url);
  if (!response.ok) throw new Error(`the picture could not be loaded (HTTP ${response.status})`);
  return readPicture(await response.blob());
}

/** The row: `choose(name)` and `bring(file)` are called; {element, use(pictures, shelf), show(name)}. */
export function chooser({ choose, bring }) {
  const row = h("div", { class: "shelf", role: "group", "aria-label": "pictures" });
  const input = h("input", { type: "file", accept: "image/*", "aria-label": "your picture", tabindex: -1, hidden: true });
  input.addEventListener("change", () => {
    if (input.files.length) bring(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  const touch = matchMedia("(pointer: coarse)").matches;
  const own = button(touch ? "Take or choose a photo" : "Your own picture", "it stays in your browser", () => input.click(), { class: "own" });
  const ways = h("small", {}, `${touch ? "" : "Choose one, drop it here, or paste it (Ctrl+V). "}It stays in your browser, unless you present it in a room.`);
  const element = h("div", { class: "chooser" }, row, h("div", { class: "bring" }, own, input, ways));
  const buttons = new Map();

  function use(pictures, shelf) {
    for (const { name, title, url } of pictures) {
      const canvas = h("canvas", { width: WIDE, height: HIGH, role: "presentation" });
      buttons.set(name, h("button", { type: "button", class: "thumb", title, "aria-label": title, "aria-pressed": "false", onclick: () => choose(name) }, canvas));
      shelf.get(url).then((picture) => thumbnail(canvas, picture), () => {}); // without a picture the button keeps its name
    }
    row.replaceChildren(...buttons.values());
  }

  return { element, use, show: (name) => buttons.forEach((one, key) => one.setAttribute("aria-pressed", key === name)) };
}

// The middle of a picture; CSS takes its colours away.
function thumbnail(canvas, { pixels, width, height }) {
  const all = document.createElement("canvas");
  fit(all, { width, height }).putImageData(pixels, 0, 0);
  const scale = Math.max(WIDE / width, HIGH / height), [w, g] = [width * scale, height * scale];
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(all, (WIDE - w) / 2, (HIGH - g) / 2, w, g);
}
