// Examples of a model as small pictures on the map.

import { COLOURS } from "../../frontend/lib/colours.js";
import { picturesOf } from "../../frontend/lib/example_pictures.js";
import { imageCanvas, paint } from "../../frontend/lib/paint.js";
import { LAST } from "./painting.js";

const PICTURES_MS = 12; // of decoding pictures in a frame
const [THUMBNAIL, FRAME, CELL] = [36, 2, 64]; // px: the side of a picture, of its frame, and of a place

/** Examples of the classes shown as pictures, at most one for each place of a grid: that nearest to its middle. */
export class Thumbnails {
  decoded = new Map(); // index -> image, as the decoder draws it

  /** Paint them on a map: their owner sees their pixels, others what the decoder draws, a few in each frame. `later` is
   * called when pixels have come. Returns whether none is left to be decoded. */
  paint(context, { here: { atlas, model }, described, points, shown, cameras }, later) {
    const own = picturesOf(described), end = performance.now() + PICTURES_MS;
    const missing = this.paintThose(context, atlas, points, shown, cameras, (i) => {
      if (own) return own.get(i) ?? null;
      if (!this.decoded.has(i) && model && performance.now() < end) this.decoded.set(i, model.decode(atlas.latent(i)));
      return this.decoded.get(i) ?? null;
    });
    own?.want(missing, (this.later ??= later));
    return Boolean(own) || !missing.length;
  }

  // Paint those whose image is here; `imageOf(index)` gives it, or null. Returns the indices of the others.
  paintThose(context, { labels, count }, points, shown, cameras, imageOf) {
    const best = new Map();
    for (let i = 0; i < count; i++) {
      if (!shown.has(String(Math.min(labels[i], LAST)))) continue;
      const [x, y] = cameras.toScreen([points[2 * i], points[2 * i + 1]]);
      if (x < THUMBNAIL / 2 || y < THUMBNAIL / 2 || x > cameras.width - THUMBNAIL / 2 || y > cameras.height - THUMBNAIL / 2) continue;
      const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)], place = `${column} ${row}`;
      const away = Math.hypot(x - (column + 0.5) * CELL, y - (row + 0.5) * CELL);
      if (!(best.get(place)?.away <= away)) best.set(place, { i, x, y, away });
    }
    const missing = [];
    context.imageSmoothingEnabled = false;
    for (const { i, x, y } of best.values()) {
      const image = imageOf(i);
      if (!image) missing.push(i);
      else {
        this.canvas ??= imageCanvas("thumbnail", "");
        paint(this.canvas, image);
        context.fillStyle = COLOURS[Math.min(labels[i], LAST)];
        context.fillRect(x - THUMBNAIL / 2 - FRAME, y - THUMBNAIL / 2 - FRAME, THUMBNAIL + 2 * FRAME, THUMBNAIL + 2 * FRAME);
        context.drawImage(this.canvas, x - THUMBNAIL / 2, y - THUMBNAIL / 2, THUMBNAIL, THUMBNAIL);
      }
    }
    return missing;
  }
}
