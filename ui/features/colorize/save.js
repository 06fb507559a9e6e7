// Pixels as files.

import { fit } from "./picture.js";

function canvasOf(pixels) {
  const canvas = document.createElement("canvas");
  fit(canvas, pixels).putImageData(pixels, 0, 0);
  return canvas;
}

/** Download pixels as a PNG file. */
export function save(pixels, name) {
  canvasOf(pixels).toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

/** Pixels as a JPEG file, written as a data URL. */
export const toJpeg = (pixels, quality) => canvasOf(pixels).toDataURL("image/jpeg", quality);
