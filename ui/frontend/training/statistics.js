// Statistics of latents, the ranges and histograms of the sliders: mirrors `aecore/core/statistics.py`.

const BINS = 32, STEP = 0.05; // slider ends are rounded outwards to this

/** Return {low, high, histogram, effect} of latents, rows of n numbers; `effect` is as it is given. */
export function statisticsOf(latents, n, effect) {
  const columns = Array.from({ length: n }, (_, k) => latents.filter((_, i) => i % n === k).sort());
  const low = columns.map((column) => Math.floor(percentile(column, 0.001) / STEP) * STEP);
  const high = columns.map((column, k) => Math.max(Math.ceil(percentile(column, 0.999) / STEP) * STEP, low[k] + STEP));
  const histogram = columns.map((column, k) => counts(column, low[k], high[k]));
  const rounded = (ends) => ends.map((v) => Math.round(v * 100) / 100);
  return { low: rounded(low), high: rounded(high), histogram, effect: [...effect] };
}

// Between the two numbers of a sorted list that are nearest to a fraction of it.
function percentile(sorted, fraction) {
  const place = fraction * (sorted.length - 1), before = Math.floor(place), after = Math.min(before + 1, sorted.length - 1);
  return sorted[before] + (place - before) * (sorted[after] - sorted[before]);
}

function counts(column, low, high) {
  const found = new Array(BINS).fill(0);
  for (const v of column) if (v >= low && v <= high) found[Math.min(Math.floor(((v - low) / (high - low)) * BINS), BINS - 1)]++;
  const most = Math.max(...found, 1);
  return found.map((count) => Math.round((100 * count) / most));
}
