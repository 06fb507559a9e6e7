// Small symmetric matrices: n x n numbers in a Float64Array, row by row.

/** The mean of rows of n numbers, and their covariance: {mean, covariance}. */
export function moments(rows, n) {
  const count = rows.length / n, mean = new Float64Array(n), covariance = new Float64Array(n * n), away = new Float64Array(n);
  for (let i = 0; i < rows.length; i++) mean[i % n] += rows[i] / count;
  for (let start = 0; start < rows.length; start += n) {
    for (let i = 0; i < n; i++) away[i] = rows[start + i] - mean[i];
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) covariance[i * n + j] += away[i] * away[j];
  }
  const by = Math.max(count - 1, 1);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) covariance[i * n + j] = covariance[j * n + i] = covariance[i * n + j] / by;
  return { mean, covariance };
}

const ROUNDS = 50;

/** The eigenvalues of a symmetric matrix, the largest first, and its eigenvectors as rows, by Jacobi's rotations: {values, vectors}. */
export function eigen(matrix, n) {
  const a = Float64Array.from(matrix), rows = identity(n);
  for (let round = 0; round < ROUNDS; round++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) {
      off += a[p * n + q] ** 2;
      rotate(a, rows, n, p, q);
    }
    if (off < 1e-24) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(rows.subarray(from * n, from * n + n), to * n));
  return { values: order.map((i) => a[i * n + i]), vectors };
}

function rotate(a, rows, n, p, q) {
  if (Math.abs(a[p * n + q]) < 1e-300) return;
  const slope = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const t = Math.sign(slope || 1) / (Math.abs(slope) + Math.hypot(slope, 1)), c = 1 / Math.hypot(t, 1), s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (const m of [a, rows]) for (let k = 0; k < n; k++) {
    const [x, y] = [m[p * n + k], m[q * n + k]];
    m[p * n + k] = c * x - s * y;
    m[q * n + k] = s * x + c * y;
  }
}

export function identity(n) {
  return Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));
}

/** The product of a matrix with rows of n numbers and one with n rows of `columns` numbers. */
export function times(left, right, n, columns) {
  const out = new Float64Array((left.length / n) * columns);
  for (let i = 0, row = 0; i < left.length; i += n, row += columns)
    for (let k = 0; k < n; k++) for (let j = 0; j < columns; j++) out[row + j] += left[i + k] * right[k * columns + j];
  return out;
}

/** The inverse of a matrix, by Gauss' elimination with the largest pivots. */
export function inverse(matrix, n) {
  const a = Float64Array.from(matrix), out = identity(n);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) if (Math.abs(a[row * n + column]) > Math.abs(a[pivot * n + column])) pivot = row;
    const by = a[pivot * n + column];
    for (const m of [a, out]) for (let k = 0; k < n; k++) {
      const x = m[pivot * n + k] / by;
      m[pivot * n + k] = m[column * n + k];
      m[column * n + k] = x;
    }
    for (let row = 0; row < n; row++) {
      const factor = a[row * n + column];
      if (row !== column) for (const m of [a, out]) for (let k = 0; k < n; k++) m[row * n + k] -= factor * m[column * n + k];
    }
  }
  return out;
}
