// The same noisy voice cleaned in several ways, and how near each comes to the clean one.

import { aloud } from "../../frontend/lib/aloud.js";
import { explained } from "../../frontend/lib/explain.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { inDecibels, siSdr, wiener } from "./measures.js";
import { paintSpectrum } from "./spectrogram.js";
import { istft, stft } from "./spectrum.js";
import { stretchesOf } from "./voice.js";

const WAYS = {
  noisy: ["Noisy", "as it came"],
  wiener: ["Wiener filter", "knows the mean power of this very noise"],
  cleaned: ["Ours", "the mask of the network"],
  squeezed: ["Bottleneck", "each digit through sixteen numbers"],
};

/**
 * The section of a part with `mixed`, `sounds`, `voice` (null where its model is missing) and `clean` (null where nobody knows
 * it); `hear(name)` is called: {element, sounds, show(), chosen(name), stop()}.
 */
export function comparison(part, hear) {
  const cards = Object.entries(WAYS).map(([name, [title, about]]) => {
    const canvas = h("canvas", { "data-testid": `compare-${name}`, role: "img", "aria-label": `${title}: spectrogram`, width: 1, height: 1 });
    const number = h("small", { class: "figures", "data-testid": `figures-${name}` }, "\u00a0");
    const listen = button("Listen", title, () => hear(name), { "aria-label": `Listen: ${title}`, "aria-pressed": "false" });
    return { name, canvas, number, listen, figure: h("figure", {}, canvas, h("figcaption", {}, ...explained(title), h("small", {}, about), number), listen) };
  });
  const spoken = aloud(), own = { sounds: {} };
  const element = h(
    "section",
    { class: "compare" },
    h("h2", {}, "Compare"),
    h("p", {}, ...explained("SI-SDR says how much stronger the clean voice is than all that differs from it.")),
    h("div", { class: "cards" }, ...cards.map(({ figure }) => figure)),
    h("p", {}, h("b", {}, "A mask "), "only decides how much of each frequency may pass: what it lets through is the recording itself, so the voice stays this voice."),
    h("p", {}, h("b", {}, ...explained("A bottleneck ")), "draws the sound anew from sixteen numbers: they hold which digit it is and how it is said, not its wave, so its SI-SDR is far below zero even where one understands it, and noise becomes part of the digit."),
    spoken.element,
  );

  function made() {
    const { mixed, sounds, voice } = part, found = { noisy: [mixed.noisy, sounds.noisy], cleaned: [mixed.cleaned, sounds.cleaned] };
    if (mixed.factor) {
      const filtered = wiener(mixed.noisy, mixed.noiseSpectrum);
      found.wiener = [filtered, istft(filtered, mixed.length)];
    }
    if (voice) {
      const squeezed = voice.squeeze(sounds.noisy, stretchesOf(sounds.cleaned));
      found.squeezed = [stft(squeezed), squeezed];
    }
    return found;
  }

  return {
    element,
    /** The sounds that only this section has, by name. */
    get sounds() {
      return own.sounds;
    },
    show() {
      const found = made(), { clean, level } = part, said = [];
      own.sounds = Object.fromEntries(["wiener", "squeezed"].filter((name) => found[name]).map((name) => [name, found[name][1]]));
      for (const { name, canvas, number, figure } of cards) {
        figure.hidden = !found[name];
        if (!found[name]) continue;
        const [spectrum, sound] = found[name];
        paintSpectrum(canvas, spectrum, level);
        const words = clean ? `SI-SDR ${inDecibels(siSdr(sound, clean))}` : "\u00a0";
        say(number, words);
        if (clean) said.push(`${WAYS[name][0]}: ${words}`);
      }
      spoken.say(said.join(", "));
    },
    chosen(name) {
      for (const card of cards) card.listen.setAttribute("aria-pressed", card.name === name);
    },
    enable(isOpen) {
      for (const { listen } of cards) listen.disabled = !isOpen;
    },
    stop: () => spoken.stop(),
  };
}
