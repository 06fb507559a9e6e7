// What the server says of a model: its addresses, whether people draw for it, its map.

import { root } from "../../frontend/lib/address.js";

/** What `/follow/models/NAME.json` says of the model of this name: {model, isDrawn, atlas, directions}. */
export async function describe(name) {
  const response = await fetch(new URL(`follow/models/${encodeURIComponent(name)}.json`, root()));
  if (!response.ok) throw new Error("there is no such model");
  return response.json();
}
