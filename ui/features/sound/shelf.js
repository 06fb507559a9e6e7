// The shipped sounds, each fetched when somebody first asks for it, and the row of recordings to choose from.

import { fetchFile } from "../../frontend/engine/files.js";
import { button, h } from "../../frontend/lib/paint.js";
import { fromWav } from "./wav.js";

export class Shelf {
  #found = new Map(); // url -> promise of a sound

  /** A promise of a shipped sound; throws an Error where it does not arrive. */
  get(url) {
    if (!this.#found.has(url)) {
      const promise = fetched(url);
      promise.catch(() => this.#found.delete(url));
      this.#found.set(url, promise);
    }
    return this.#found.get(url);
  }
}

async function fetched(url) {
  const response = await fetchFile(url);
  if (!response.ok) throw new Error(`the recording could not be loaded (HTTP ${response.status})`);
  return fromWav(await response.arrayBuffer());
}

/** What a recording is called: "George: 4 6 2 7 3". */
export const titleOf = ({ speaker, digits }) => `${speaker}: ${[...digits].join(" ")}`;

/** The row of recordings: `choose(name)` is called; {element, use(voices), show(name)}. */
export function shelfOf(choose) {
  const row = h("div", { class: "shelf", role: "group", "aria-label": "recordings" }), buttons = new Map();
  return {
    element: row,
    use(voices) {
      for (const voice of voices) {
        const one = button("", "", () => choose(voice.name), { class: "voice", "aria-label": titleOf(voice), "aria-pressed": "false" });
        one.append(h("b", {}, voice.speaker), h("span", {}, [...voice.digits].join(" ")));
        buttons.set(voice.name, one);
      }
      row.replaceChildren(...buttons.values());
    },
    show: (name) => buttons.forEach((one, key) => one.setAttribute("aria-pressed", key === name)),
  };
}
