// Small systems of linear equations. A matrix is flat, row by row.

/** The lower Cholesky factor of a symmetric positive definite matrix (n, n). */
export function cholesky(matrix, n) {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) {
    let sum = matrix[i * n + j];
    for (let k = 0; k < j; k++) sum -= out[i * n + k] * out[j * n + k];
    out[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / out[j * n + j];
  }
  return out;
}

/** Solve L x = b for a lower triangular factor (n, n). */
export function solveLower(factor, b, n) {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= factor[i * n + k] * x[k];
    x[i] = sum / factor[i * n + i];
  }
  return x;
}

/** Solve L Lᵀ x = b for a lower triangular factor L (n, n). */
export function solveCholesky(factor, b, n) {
  const x = solveLower(factor, b, n);
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= factor[k * n + i] * x[k];
    x[i] /= factor[i * n + i];
  }
  return x;
}
