// The latents of real digits, and where they lie on a map: mirrors `aecore/latent/atlas.py`, which says what each part is.

import { fetchFile, readSafetensors } from "../engine/files.js";

const NEIGHBOURS = 5;
const atlases = new Map(); // url -> what is loading or loaded

/** Load an atlas, once per page. */
export function loadAtlas(url) {
  if (!atlases.has(url)) {
    const promise = fetchFile(url).then(async (response) => {
      if (!response.ok) throw new Error(`the map could not be loaded (HTTP ${response.status})`);
      return new Atlas(await response.arrayBuffer());
    });
    promise.catch(() => atlases.delete(url)); // a later call may try again
    atlases.set(url, promise);
  }
  return atlases.get(url);
}

export class Atlas {
  constructor(buffer) {
    const { tensors } = readSafetensors(buffer);
    const dim = (this.dim = tensors["latents.scale"].length);
    this.latents = tensors.latents; // (count, dim), flat
    this.labels = tensors.labels;
    this.count = this.labels.length;
    this.means = tensors.means; // (10, dim), flat
    this.distances = tensors.distances; // quantiles, from 0 % to 100 %
    this.basis = tensors.basis ?? Float32Array.of(1, 0, 0, 1); // (2, dim), flat, orthonormal
    this.centre = tensors.centre ?? new Float32Array(dim);
    const flat = new Float32Array(2 * this.count);
    for (let i = 0; i < this.count; i++) flat.set(this.project(this.latent(i)), 2 * i);
    this.points = { flat, nonlinear: tensors.umap ? Float32Array.from(tensors.umap, (value) => value / 32767) : null };
  }

  /** The latent of one digit. */
  latent(i) {
    return this.latents.subarray(i * this.dim, (i + 1) * this.dim);
  }

  /** Where a latent lies on the flat map, [x, y]. */
  project(latent) {
    const along = (axis) => {
      let sum = 0;
      for (let k = 0; k < this.dim; k++) sum += (latent[k] - this.centre[k]) * this.basis[axis * this.dim + k];
      return sum;
    };
    return [along(0), along(1)];
  }

  /** Move a latent to a point of the flat map; whatever of it is orthogonal to the map stays. */
  lift([x, y], latent) {
    const [fromX, fromY] = this.project(latent);
    return Float32Array.from(latent, (v, k) => v + (x - fromX) * this.basis[k] + (y - fromY) * this.basis[this.dim + k]);
  }

  /** The digits nearest to a latent, nearest first: [{index, distance}]. */
  nearest(latent, k = NEIGHBOURS) {
    return closest(this.latents, this.dim, latent, k);
  }

  /** Where on the nonlinear map a latent belongs: amid the places of the digits nearest to it. */
  place(latent) {
    return blend(this.points.nonlinear, 2, this.nearest(latent));
  }

  /** The latent of a point of the nonlinear map: a blend of those of the digits nearest to the point. */
  blend(point) {
    return Float32Array.from(blend(this.latents, this.dim, closest(this.points.nonlinear, 2, point, NEIGHBOURS)));
  }

  /** The percentage of held-out digits that lie nearer to a real digit than this distance, 0 to 100. */
  percentile(distance) {
    const { distances } = this, last = distances.length - 1;
    if (distance >= distances[last]) return 100;
    const above = distances.findIndex((quantile) => quantile > distance);
    if (above === 0) return 0;
    const [low, high] = [distances[above - 1], distances[above]];
    return (100 * (above - 1 + (distance - low) / (high - low))) / last;
  }
}

function closest(rows, dim, wanted, k) {
  const best = [];
  for (let i = 0, start = 0; start < rows.length; i++, start += dim) {
    let square = 0;
    for (let d = 0; d < dim; d++) square += (rows[start + d] - wanted[d]) ** 2;
    if (best.length === k && square >= best[k - 1].square) continue;
    let at = best.length;
    while (at && best[at - 1].square > square) at--;
    best.splice(at, 0, { index: i, square });
    best.length = Math.min(best.length, k);
  }
  return best.map(({ index, square }) => ({ index, distance: Math.sqrt(square) }));
}

// The mean of rows, the nearer the heavier (Shepard, 1968: weights of one over the squared distance).
function blend(rows, dim, neighbours) {
  const weights = neighbours.map(({ distance }) => 1 / (distance ** 2 + 1e-9));
  const sum = weights.reduce((a, b) => a + b);
  return Array.from({ length: dim }, (_, d) => neighbours.reduce((total, { index }, j) => total + (weights[j] / sum) * rows[index * dim + d], 0));
}
