// Paths through latent space, straight or along a sphere; mirrors `aecore/latent/interpolation.py`, which says more.

const STRAIGHT = 1e-4; // sine of the angle between two latents below which the sphere is flat

/** The latent at a place of the path through stops, 0 for the first, stops.length - 1 for the last. */
export function interpolate(stops, place, spherical = false) {
  const start = Math.min(Math.floor(place), Math.max(stops.length - 2, 0));
  const [a, b, t] = [stops[start], stops[Math.min(start + 1, stops.length - 1)], place - start];
  const [first, second] = spherical ? onSphere(a, b, t) : [1 - t, t];
  return Float32Array.from(a, (v, i) => first * v + second * b[i]);
}

function onSphere(a, b, t) {
  const dot = (x, y) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  const angle = Math.acos(Math.min(Math.max(dot(a, b) / Math.max(lengths, 1e-12), -1), 1)), sine = Math.sin(angle);
  return sine > STRAIGHT && lengths > 1e-12 ? [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine] : [1 - t, t];
}
