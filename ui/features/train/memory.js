// What this browser remembers of the visitor's trainings and models, for sessions that know nothing of them.

const KEY = "playground-training";
const MOST = 6; // of each, as many as Python takes back

/** Return what is remembered: {runs, models}, secrets and names. */
export function recall() {
  try {
    const { runs, models } = JSON.parse(localStorage.getItem(KEY));
    return { runs: Array.isArray(runs) ? runs : [], models: Array.isArray(models) ? models : [] };
  } catch {
    return { runs: [], models: [] };
  }
}

/** Remember these as well; another tab of this browser may have added its own. */
export function remember(mine) {
  try {
    const before = recall();
    const all = (name) => [...before[name], ...mine[name].filter((one) => !before[name].includes(one))].slice(-MOST);
    localStorage.setItem(KEY, JSON.stringify({ runs: all("runs"), models: all("models") }));
  } catch {
    // a browser that keeps nothing: the address still holds the training
  }
}
