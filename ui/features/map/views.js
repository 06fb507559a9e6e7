// The kinds of map: what each is called, whose atlas it shows and by which places, and what it says of itself.

export const VIEWS = {
  pca: {
    label: "Flat (PCA)", source: "default", places: "flat",
    about: "The plane through latent space on which the ten average digits lie farthest apart. The point under the pointer is decoded exactly: its two coordinates move, the other fourteen stay as they are in your latent.",
  },
  umap: {
    label: "Bent (UMAP)", source: "default", places: "nonlinear",
    about: "UMAP bends latent space so that neighbours stay together. There is no exact way back: the five digits nearest to the pointer are blended, the nearer the heavier, and that latent is decoded.",
  },
  plane: {
    label: "Two numbers only", source: "plane", places: "flat",
    about: "An autoencoder whose latent is two numbers: the map is all it has. Behind the points, its whole plane, decoded.",
  },
  own: {
    label: "Your own model", source: "own", places: "flat",
    about: "The plane through your model's latent space on which the ten average digits lie farthest apart. The point under the pointer is decoded exactly: its two coordinates move, the others stay as they are in your latent.",
  },
};

/** The latent of a point of the map, by its kind; what a flat map does not show stays as in `own`. */
export function latentAt(view, atlas, point, own) {
  if (view === "umap") return atlas.blend(point);
  return view === "plane" ? Float32Array.from(point) : atlas.lift(point, own);
}

/** Where a latent lies on the map, [x, y]. */
export function pointOf(view, atlas, latent) {
  return view === "umap" ? atlas.place(latent) : atlas.project(latent);
}

// The model that every page switches to when a latent of a map is taken, "" where they have it; without pages there is none.
function otherModel({ view, sources, chosen }) {
  const { name } = sources[VIEWS[view].source].model;
  return chosen === undefined || chosen === name ? "" : name;
}

/** What is said of a map, which has `view`, `sources` and the `chosen` model of all pages. */
export function about(map) {
  const model = otherModel(map);
  return VIEWS[map.view].about + (model ? ` A click switches every page to its model, “${model}”.` : "");
}

/** What is said when a latent of a map is taken. */
export function taken(map) {
  const model = otherModel(map);
  return `Taken: the sliders of the Draw page stand there now${model ? `, with the model “${model}”` : ""}.`;
}
