// The networks that are compared: which panel shows which, and which noise the denoiser has seen.

/** By panel: the role that Python's data gives the model, and what the page calls it. */
export const ROLES = {
  denoised: { role: "denoiser", title: "Denoiser", subtitle: "trained on all these kinds" },
  plain: { role: "plain", title: "Plain autoencoder", subtitle: "has never seen noise" },
  book: { role: "book", title: "The article's denoiser", subtitle: "trained on one kind only" },
  own: { role: "own", title: "Your model", subtitle: "the one you trained or loaded" },
};

/** A function that redraws an image by a model. */
export const redrawBy = (model) => (image) => model.decode(model.encode(image));

/** The panel of the denoiser: where there is none of ours, the article's, or the visitor's own. `absent` are roles. */
export const denoiserPanel = (absent) => ["denoised", "book", "own"].find((panel) => !absent.includes(ROLES[panel].role));

/** The levels that the denoiser was trained on, [low, high], of the kind of noise that is set; null for none. */
export function levelsSeen(seen, { kind, mean }) {
  if (!seen?.[kind]) return null;
  const { low, high, means } = seen[kind];
  // Of Gaussian noise, the mean went from one fraction of the standard deviation to another.
  return [kind === "gaussian" && mean ? Math.max(low, mean / means[mean < 0 ? 0 : 1]) : low, high];
}
