// The picture that a visitor brought: in this tab's memory, and in its storage for a reload. It is sent nowhere.

import { readPicture } from "./picture.js";
import { toJpeg } from "./save.js";

const STORED = "colorize-picture";
const QUALITY = 0.92;

let [picture, visit] = [null, ""]; // `visit` names the visitor whose picture it is

export const own = {
  /** The page was opened by this visitor: at a kiosk, the next one must not find the picture of the one before. */
  openedBy(visitor) {
    if (visit && visitor !== visit) own.forget();
    visit = visitor;
  },

  /** The visitor has another name now: a server that was started anew has given it. */
  nowOf(visitor) {
    visit = visitor;
  },

  keep(brought) {
    picture = brought;
    try {
      sessionStorage.setItem(STORED, toJpeg(brought.pixels, QUALITY));
    } catch {} // storage may be forbidden, or full: then a reload forgets the picture
  },

  /** The picture in memory, null where there is none. */
  get picture() {
    return picture;
  },

  /** Take a picture for as long as this page is open: a presenter's. */
  lend(other) {
    picture = other;
  },

  /** A promise of the picture, null where there is none. */
  async read() {
    if (picture) return picture;
    try {
      const stored = sessionStorage.getItem(STORED);
      return stored ? (picture = await readPicture(await blobOf(stored))) : null;
    } catch {
      return null;
    }
  },

  forget() {
    picture = null;
    try {
      sessionStorage.removeItem(STORED);
    } catch {} // storage may be forbidden
  },
};

async function blobOf(dataUrl) {
  const [kind, data] = dataUrl.slice(5).split(";base64,");
  return new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type: kind });
}
