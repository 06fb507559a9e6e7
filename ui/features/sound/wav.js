// WAV files of 16 bits and one channel.

/** The bytes of a file with a sound in [-1, 1]; what is louder is cut. */
export function toWav(sound, rate) {
  const bytes = new ArrayBuffer(44 + 2 * sound.length), view = new DataView(bytes);
  const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  const whole = (at, value) => view.setUint32(at, value, true), half = (at, value) => view.setUint16(at, value, true);
  text(0, "RIFF");
  whole(4, 36 + 2 * sound.length);
  text(8, "WAVEfmt ");
  whole(16, 16);
  half(20, 1);
  half(22, 1);
  whole(24, rate);
  whole(28, 2 * rate);
  half(32, 2);
  half(34, 16);
  text(36, "data");
  whole(40, 2 * sound.length);
  sound.forEach((value, i) => view.setInt16(44 + 2 * i, Math.round(32767 * Math.min(Math.max(value, -1), 1)), true));
  return bytes;
}

/** The sound of a file that `toWav` or `aecore.recordings` wrote: its numbers begin at byte 44. */
export function fromWav(bytes) {
  const numbers = new Int16Array(bytes.slice(44));
  return Float32Array.from(numbers, (value) => value / 32767);
}

/** Download bytes as a file. */
export function download(bytes, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([bytes], { type: "audio/wav" })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
