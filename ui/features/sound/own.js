// The sound that a visitor brought or recorded.

import { OwnFile } from "../../frontend/lib/own_file.js";
import { fromWav, toWav } from "./wav.js";
import { RATE } from "./spectrum.js";

const toText = (sound) => btoa(Array.from(new Uint8Array(toWav(sound, RATE)), (byte) => String.fromCharCode(byte)).join(""));
const fromText = (text) => fromWav(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);

export const own = new OwnFile("sound-recording", toText, fromText);
