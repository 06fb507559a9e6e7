// Sounds that a visitor brings, or records: made mono at 8 kHz here in the browser, at most 20 seconds. None is sent anywhere.

import { isSilent, loudness } from "./levels.js";
import { resampled } from "./resample.js";
import { RATE } from "./spectrum.js";

export const LONGEST = 20; // seconds
const SHORTEST = 0.1;
const USUAL_RATE = 48000; // at which files are decoded
const MOST_BYTES = 12_000_000, COMPRESSED_BYTES = 3_000_000; // of a file: more than 20 seconds have
const LARGEST = 500_000_000;
const FULL = 0.999, CLIPPED = 1e-3; // of full scale; and the fraction of samples there that is heard
const QUIET = 1e-4; // root mean square

/** Why a sound cannot be used, as a sentence. */
export class SoundError extends Error {}

/** Read a sound file: {sound, notes}, sentences about what was done to it. Throws a SoundError. */
export async function readSound(file) {
  const name = file.name ? `“${file.name.slice(0, 60)}”` : "this file";
  if (file.size === 0) throw new SoundError("This file is empty.");
  if (file.size > LARGEST) throw new SoundError(`This file has ${Math.round(file.size / 1e6)} MB. Choose a sound of at most ${LARGEST / 1e6} MB.`);
  const head = new Uint8Array(await file.slice(0, 28).arrayBuffer()), isCompressed = startsWith(head, "OggS") || startsWith(head, "ID3") || (head[0] === 255 && head[1] >= 224);
  const bytes = await file.slice(0, isCompressed ? COMPRESSED_BYTES : MOST_BYTES).arrayBuffer(), isPart = bytes.byteLength < file.size;
  const decoded = await decode(bytes, rateOf(head)).catch(() => null);
  if (!decoded) throw new SoundError(`This browser finds no sound in ${name}. WAV, MP3 and OGG always work.`);
  const { sound, notes } = usable(mono(decoded), decoded.sampleRate);
  return { sound, notes: isPart && decoded.duration <= LONGEST ? [`Only the first ${Math.round(decoded.duration)} seconds of this file could be read.`, ...notes] : notes };
}

const startsWith = (bytes, letters) => [...letters].every((letter, i) => bytes[i] === letter.charCodeAt(0));

// A WAV file is decoded at its own rate, so that nothing is lost on the way.
function rateOf(head) {
  if (!startsWith(head, "RIFF") || head.length < 28) return USUAL_RATE;
  const rate = new DataView(head.buffer).getUint32(24, true);
  return rate >= RATE && rate <= 96000 ? rate : USUAL_RATE;
}

const decode = (bytes, rate) => new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);

// The mean of the channels, as long as is used.
function mono(decoded) {
  const length = Math.min(decoded.length, Math.ceil((LONGEST + 1) * decoded.sampleRate)), out = new Float32Array(length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel++) {
    const data = decoded.getChannelData(channel);
    for (let i = 0; i < length; i++) out[i] += data[i] / decoded.numberOfChannels;
  }
  return out;
}

/** A mono sound at 8 kHz, at most 20 seconds of it, and sentences about it: {sound, notes}. Throws a SoundError. */
export function usable(whole, rate) {
  const notes = [], seconds = whole.length / rate;
  if (seconds < SHORTEST) throw new SoundError("This sound is too short: it takes a tenth of a second at least.");
  if (seconds > LONGEST) notes.push(`This sound is longer than ${LONGEST} seconds: the rest was cut off.`);
  const cut = whole.subarray(0, Math.round(LONGEST * rate)).map((value) => (Number.isFinite(value) ? value : 0)), sound = resampled(cut, rate, RATE);
  if (isSilent(sound)) throw new SoundError("This sound is silent: there is nothing to clean in it.");
  if (loudness(sound) < QUIET) notes.push("This sound is very quiet.");
  if (cut.reduce((count, value) => count + (Math.abs(value) > FULL), 0) > CLIPPED * cut.length) notes.push("Parts of this sound were too loud for the recording and are clipped: they stay distorted.");
  return { sound, notes };
}
