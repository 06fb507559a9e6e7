// The sound that a visitor brought or recorded: in this tab's memory, and in its storage for a reload. It is sent nowhere.

import { fromWav, toWav } from "./wav.js";
import { RATE } from "./spectrum.js";

const STORED = "sound-recording";

let [sound, visit] = [null, ""]; // `visit` names the visitor whose sound it is

export const own = {
  /** The page was opened by this visitor: at a kiosk, the next one must not hear the one before. */
  openedBy(visitor) {
    if (visit && visitor !== visit) own.forget();
    visit = visitor;
  },

  /** The visitor has another name now: a server that was started anew has given it. */
  nowOf(visitor) {
    visit = visitor;
  },

  keep(brought) {
    sound = brought;
    try {
      const bytes = new Uint8Array(toWav(brought, RATE));
      sessionStorage.setItem(STORED, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
    } catch {} // storage may be forbidden, or full: then a reload forgets the sound
  },

  /** The sound, null where there is none. */
  read() {
    if (sound) return sound;
    try {
      const stored = sessionStorage.getItem(STORED);
      return stored ? (sound = fromWav(Uint8Array.from(atob(stored), (character) => character.charCodeAt(0)).buffer)) : null;
    } catch {
      return null;
    }
  },

  forget() {
    sound = null;
    try {
      sessionStorage.removeItem(STORED);
    } catch {} // storage may be forbidden
  },
};
