// The picture that a visitor brought.

import { OwnFile } from "../../frontend/lib/own_file.js";
import { readPicture } from "./picture.js";
import { toJpeg } from "./save.js";

const QUALITY = 0.92;

const toText = (picture) => toJpeg(picture.pixels, QUALITY);

function fromText(dataUrl) {
  const [kind, data] = dataUrl.slice(5).split(";base64,");
  return readPicture(new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type: kind }));
}

export const own = new OwnFile("colorize-picture", toText, fromText);
