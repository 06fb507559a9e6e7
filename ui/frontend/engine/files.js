// Where models and atlases come from: the server, or the page itself where it carries them.

const carried = new Map(); // url -> function that gives a promise of a Response

/** Let a file come from the page itself. */
export function carry(url, respond) {
  carried.set(url, respond);
}

/** Fetch a model's or an atlas' file; resolves to a Response. */
export async function fetchFile(url) {
  return carried.has(url) ? carried.get(url)() : fetch(url);
}
