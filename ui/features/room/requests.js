// What a room is asked for, and where it is.

import { root } from "../../frontend/lib/address.js";

const PATIENCE_MS = 8000; // for an answer

/** The address of the rooms, or of what lies below. */
export const address = (path) => new URL(`rooms${path}`, root());

/** Ask the server about a room; resolves to a Response. */
export function ask(method, path, key, body) {
  const headers = { "Content-Type": "application/json", "X-Room-Key": key };
  return fetch(address(path), { method, body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** Open a room; resolves to {name, key}, or to a problem in a sentence. */
export async function open() {
  const cannot = { problem: "The server cannot be reached: try again in a moment." };
  return ask("POST", "", "", "{}").then((response) => response.json()).catch(() => cannot); // a proxy may answer anything
}
