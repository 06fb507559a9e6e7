// The files that a page without a server carries as text: gzip, written as base64.

import { carry } from "../engine/files.js";

const LOOK_AGAIN_MS = 50; // while the page is still coming in

/** Let the files of these addresses come from the page itself. */
export function carryAll(urls) {
  for (const url of urls) carry(url, async () => respond(await whenHere(url)));
}

/** The text of a file that the page carries, once the whole of it is there: a slow network is still at it. */
async function whenHere(url) {
  for (;;) {
    const found = document.querySelector(`script[data-file="${url}"]`);
    if (found?.nextElementSibling?.matches("script, #whole")) return found.textContent; // the file goes on behind it
    if (document.readyState !== "loading") throw new Error("this file is incomplete: download it again");
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function respond(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}
