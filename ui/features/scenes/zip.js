// Reads the PNGs of a zip, in the order of their names. A file is a stranger's: names are never used as paths, and nothing
// is unpacked beyond what is allowed (APPNOTE.TXT 6.3, PKWARE).

import { DAMAGED } from "./gif.js";

const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
const MOST_ENTRIES = 1000, LONGEST_NAME = 300;
const MOST_BYTES = 4_000_000; // of a PNG

/** Whether bytes begin like a zip; an empty one begins with its end. */
export const isZip = (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && [3, 5].includes(bytes[2]);

/** The PNGs of a zip, unpacked one by one when they are asked for: {files: [{read()}], others}. Throws an Error with a sentence. */
export function filesOfZip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), end = endOf(view);
  const count = view.getUint16(end + 10, true), found = [];
  let at = view.getUint32(end + 16, true);
  if (count > MOST_ENTRIES) throw new Error(`The zip has ${count === 0xffff ? "too many" : count} files: at most ${MOST_ENTRIES}, please.`);
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) throw new Error(DAMAGED);
    const [flags, method, packed, size] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment, start] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + Math.min(nameLength, LONGEST_NAME)));
    found.push({ name, read: () => unpack(bytes, view, { flags, method, packed, size, start }) });
    at += 46 + nameLength + extra + comment;
  }
  const files = found.filter(({ name }) => /\.png$/i.test(name) && !/(^|\/)(\.[^/]*$|__MACOSX\/)/.test(name));
  const { compare } = new Intl.Collator("en", { numeric: true });
  return { files: files.sort((a, b) => compare(a.name, b.name)), others: found.filter(({ name }) => !name.endsWith("/")).length - files.length };
}

function endOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(view.byteLength - 22 - 0xffff, 0); at--) if (view.getUint32(at, true) === END) return at;
  throw new Error(DAMAGED);
}

async function unpack(bytes, view, { flags, method, packed, size, start }) {
  if (flags & 1) throw new Error("The zip is encrypted: make one without a password.");
  if (start + 30 > bytes.length || view.getUint32(start, true) !== LOCAL) throw new Error(DAMAGED);
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (from + packed > bytes.length || ![0, 8].includes(method)) throw new Error(DAMAGED);
  if (size > MOST_BYTES) throw new Error(TOO_LARGE);
  const data = bytes.subarray(from, from + packed);
  return method ? inflate(data) : data;
}

const TOO_LARGE = `A picture of the zip is too large: at most ${MOST_BYTES / 1e6} MB each, please.`;

// Whatever size the zip says: it is unpacked piece by piece, and no further than allowed.
async function inflate(data) {
  if (!globalThis.DecompressionStream) throw new Error("This browser cannot unpack a zip: bring a GIF.");
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader(), pieces = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error(DAMAGED);
    });
    if (done) break;
    size += value.length;
    if (size > MOST_BYTES) {
      reader.cancel().catch(() => {});
      throw new Error(TOO_LARGE);
    }
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
