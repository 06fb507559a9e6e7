// The last network that was trained in this browser, kept there: its file, when it was, and what it is in words.

const [DATABASE, STORE, LAST] = ["playground-training", "models", "last"];

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function ask(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

// A browser that keeps nothing, as in a private window: then there is nothing from an earlier visit.
const orNothing = (promise) => promise.catch(() => null);

/** What is kept, {file, when, words}; null where nothing is. */
export const kept = () => orNothing(ask("readonly", (store) => store.get(LAST))).then((found) => found ?? null);

export const keep = (file, words) => orNothing(ask("readwrite", (store) => store.put({ file, words, when: Date.now() }, LAST)));

export const forget = () => orNothing(ask("readwrite", (store) => store.delete(LAST)));
