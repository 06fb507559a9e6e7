// The kinds of map: what each is called, whose atlas it shows and by which places, and what it says of itself.

import { named } from "../../frontend/lib/naming.js";

export const VIEWS = {
  umap: {
    label: "Clustered (UMAP)", source: "default", places: "nonlinear",
    about: "UMAP keeps similar digits together (PCA, the other map, shows a straight slice). A place on this map has no latent of its own: the five digits nearest to the pointer are blended, nearer ones more strongly, and the blend is decoded.",
  },
  pca: {
    label: "Straight (PCA)", source: "default", places: "flat",
    about: "PCA shows a straight slice through latent space (UMAP, the other map, groups similar digits): the plane on which the ten average digits lie farthest apart. The point under the pointer is decoded exactly: its two coordinates move, the other fourteen stay as they are in your digit.",
  },
  plane: {
    label: "Two-number model", source: "plane", places: "flat",
    about: "A model whose latent is only two numbers: this map shows all of it. Behind the points, the digit that the decoder draws at each place.",
  },
  own: {
    label: "Your model", source: "own", places: "flat",
    about: "PCA shows a straight slice through your model's latent space: the plane on which the ten average digits lie farthest apart. The point under the pointer is decoded exactly: its two coordinates move, the others stay as they are in your digit.",
  },
};

/** The latent of a point of the map, by its kind; what a flat map does not show stays as in `own`. */
export function latentAt(view, atlas, point, own) {
  if (view === "umap") return atlas.blend(point);
  return view === "plane" ? Float32Array.from(point) : atlas.lift(point, own);
}

const places = new WeakMap(); // latent -> where it lies on the clustered map, for which all digits are looked at

/** Where a latent lies on the map, [x, y]. */
export function pointOf(view, atlas, latent) {
  if (view !== "umap") return atlas.project(latent);
  if (!places.has(latent)) places.set(latent, atlas.place(latent));
  return places.get(latent);
}

// The model that every page switches to when a latent of a map is taken, "" where they have it; without pages there is none.
function otherModel({ view, sources, chosen }) {
  const { name, label } = sources[VIEWS[view].source].model;
  return chosen === undefined || chosen === name ? "" : label;
}

/** Name the buttons of the classes, each with its colour; the last one has what is left of more. */
export function nameChips(chips, { classes, noun }) {
  const last = chips.length - 1;
  chips.forEach((chip, place) => {
    const name = place === last && classes.length > chips.length ? "others" : (classes[place] ?? "");
    chip.hidden = !name;
    chip.textContent = name;
    chip.title = noun === "digit" ? `show or hide the ${name}s` : `show or hide ${name}`;
  });
}

/** What is said of a map, which has `view`, `sources` and the `chosen` model of all pages. */
export function about(map) {
  const model = otherModel(map);
  return named(VIEWS[map.view].about, map.described) + (model ? ` A click switches every page to “${model}”.` : "");
}

/** What is said when a latent of a map is taken. */
export function taken(map) {
  const model = otherModel(map);
  return named(`Done: the sliders on the Draw page now show this digit${model ? `, with “${model}”` : ""}.`, map.described);
}
