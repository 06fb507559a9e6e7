// An answer to a poll, as `ui/server/polls.py` says: a phone's digit, 28 x 28, and its latent, in less than 1,000 bytes.

export const PIXELS = 784;
const HEADER = 12, STEPS = 100; // of a latent's numbers, from 0 to 1
const MOST = 10; // of a latent's numbers

/** A name for this phone, by which its next answer takes the place of its last: random, and kept nowhere. */
export const newPhone = () => crypto.getRandomValues(new Uint8Array(8));

/** The bytes of an answer to the poll of a number: an image in [0, 1], (784,), and its latent. */
export function bytesOf(number, phone, latent, image) {
  const bytes = new Uint8Array(HEADER + 2 * latent.length + PIXELS), view = new DataView(bytes.buffer);
  view.setUint32(0, number, true);
  bytes.set(phone, 4);
  latent.forEach((value, i) => view.setInt16(HEADER + 2 * i, Math.round(STEPS * Math.min(Math.max(value, -MOST), MOST)), true));
  image.forEach((value, i) => (bytes[HEADER + 2 * latent.length + i] = Math.round(255 * value)));
  return bytes;
}

/** Read what the server hands a presenter of an answer, base64: {latent, pixels}, pixels as bytes; null where it is of another size. */
export function readAnswer(text, numbers) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), view = new DataView(bytes.buffer);
  if (bytes.length !== 2 * numbers + PIXELS) return null;
  const latent = Float32Array.from({ length: numbers }, (_, i) => view.getInt16(2 * i, true) / STEPS);
  return { latent, pixels: bytes.subarray(2 * numbers) };
}
