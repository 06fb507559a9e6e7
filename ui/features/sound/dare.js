// The dare of the Sound page: find the least noise with which the cleaned voice says another number. What a voice says is
// measured: each digit passes through sixteen numbers, and the recordings nearest to these on the map have a vote.

import { dare } from "../../frontend/lib/dare.js";
import { pictureOf } from "./bands.js";
import { inDecibels } from "./measures.js";
import { centred, stretchesOf } from "./voice.js";

const VOTES = 15;
const MOST = 10; // stretches that are read, of a long sound

/** The dare of a part with `mixed`, `sounds`, `voice` and `spokenMap`; `offer()` shows it, `show()` measures what is heard. */
export function makeItMishear(part) {
  let [of, least] = [null, -Infinity];
  const self = dare({
    title: "make it mishear",
    question: "Each spoken digit passes through sixteen numbers, and the recordings nearest to them say which digit it is. How little noise does it take until even the cleaned voice says another one?",
    opened() {
      if (!part.voice) self.answer("Loading the network that hears digits …");
      part.openVoice();
      part.later.soon();
    },
  });

  const heard = (sound, stretches) => stretches.map(([start, stop]) => part.spokenMap.digitOf(part.voice.model.encode(pictureOf(centred(sound.subarray(start, stop))[0])), VOTES)).join(" ");

  /** What is known of the voice without noise: its stretches, and what it says. */
  function known(clean) {
    if (of?.clean !== clean) {
      const stretches = stretchesOf(clean).slice(0, MOST);
      [of, least] = [{ clean, stretches, says: heard(clean, stretches) }, -Infinity];
    }
    return of;
  }

  function show() {
    const { mixed, settings: { noise, ratio, strokes } } = part;
    if (!self.isOpen) return undefined;
    if (!part.voice || !part.spokenMap) return self.answer("The network that hears digits could not be loaded: reload the page.");
    if (!mixed.factor) return self.answer("There is no noise: choose one above.");
    const { stretches, says } = known(mixed.clean), [noisy, cleaned] = [part.sounds.noisy, part.sounds.cleaned].map((sound) => heard(sound, stretches));
    const isWon = cleaned !== says && !strokes.length;
    if (isWon) least = Math.max(least, ratio);
    const said = `Without noise: ${says}. Noisy: ${noisy}. Cleaned: ${cleaned}.`;
    if (strokes.length) return self.answer(`${said} Clear the painting: only the noise counts.`);
    const record = least > -Infinity ? ` Your least noise: ${inDecibels(least)}.` : "";
    return self.answer(`${said} ${isWon ? `You broke it: ${noise} noise at ${inDecibels(ratio)}.` : "Not yet."}${record}`, isWon);
  }

  return { element: self.element, offer: () => self.offer(Boolean(part.voiceUrls?.map)), show };
}
