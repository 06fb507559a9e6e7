// The assignment of rows to columns whose costs have the smallest sum: shortest augmenting paths, in the order in which
// SciPy's `linear_sum_assignment` finds them (Crouse, "On implementing 2D rectangular assignment algorithms", 2016).

/** Pairs [row, column] for rows of costs, finite numbers, of which there are as many as the smaller side has. */
export function assign(cost) {
  if (!cost.length || !cost[0].length) return [];
  const isTall = cost.length > cost[0].length;
  const wide = isTall ? cost[0].map((_, j) => cost.map((row) => row[j])) : cost;
  const pairs = solve(wide).map((column, row) => (isTall ? [column, row] : [row, column]));
  return pairs.sort(([a], [b]) => a - b);
}

// The column of each row, of at most as many rows as columns.
function solve(cost) {
  const n = cost[0].length, u = new Float64Array(cost.length), v = new Float64Array(n);
  const columnOf = cost.map(() => -1), rowOf = Array(n).fill(-1);
  for (let first = 0; first < cost.length; first++) {
    const { sink, least, paths, shortest, rows, columns } = shortestPath(cost, first, u, v, rowOf);
    for (const i of rows) u[i] += i === first ? least : least - shortest[columnOf[i]];
    for (const j of columns) v[j] -= least - shortest[j];
    for (let j = sink, i = -1; i !== first; ) {
      i = paths[j];
      rowOf[j] = i;
      [columnOf[i], j] = [j, columnOf[i]];
    }
  }
  return columnOf;
}

function shortestPath(cost, first, u, v, rowOf) {
  const n = rowOf.length, left = Array.from({ length: n }, (_, i) => n - 1 - i);
  const shortest = Array(n).fill(Infinity), paths = Array(n).fill(-1), rows = [], columns = [];
  for (let i = first, least = 0; ; ) {
    let place = -1, lowest = Infinity;
    rows.push(i);
    for (const [at, j] of left.entries()) {
      const reduced = least + cost[i][j] - u[i] - v[j];
      if (reduced < shortest[j]) [paths[j], shortest[j]] = [i, reduced];
      if (shortest[j] < lowest || (shortest[j] === lowest && rowOf[j] === -1)) [lowest, place] = [shortest[j], at];
    }
    least = lowest;
    const j = left[place];
    columns.push(j);
    if (rowOf[j] === -1) return { sink: j, least, paths, shortest, rows, columns };
    i = rowOf[j];
    left[place] = left.at(-1);
    left.pop();
  }
}
