// What a view of the map is made of, as it arrives.

import { isLoaded, loadModel } from "../../frontend/engine/engine.js";
import { loadAtlas } from "../../frontend/lib/atlas.js";

/**
 * Load a model and its atlas. Yields {atlas, model, isStudent} each time that more of it is there: the points come first, then
 * the model's student, which stands in while the model is on its way.
 */
export async function* arrivals({ url, student }, atlas) {
  const network = loadModel(url), isWaiting = student && !isLoaded(url);
  const small = isWaiting && loadModel(student).catch(() => null);
  const here = { atlas: await loadAtlas(atlas), model: null, isStudent: true };
  yield here;
  if ((here.model = await small)) yield here;
  yield Object.assign(here, { model: await network, isStudent: false });
}
