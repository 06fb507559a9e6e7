// The elements of the Sound page's live part.

import { aloud } from "../../frontend/lib/aloud.js";
import { h } from "../../frontend/lib/paint.js";
import { bending } from "./bend.js";
import { bringing } from "./bring.js";
import { comparison } from "./compare.js";
import { makeItMishear } from "./dare.js";
import { editor } from "./editor.js";
import { noisePanel } from "./noise_panel.js";
import { shelfOf, titleOf } from "./shelf.js";
import { spectrogram } from "./spectrogram.js";
import { transport } from "./transport.js";

/** The elements by the names that the part uses. */
export function layOut(part) {
  const shelf = shelfOf((name) => part.choose(name)), noise = noisePanel(part), spoken = aloud();
  const noisy = spectrogram("noisy", "spectrogram of the noisy sound"), cleaned = spectrogram("cleaned", "spectrogram of the cleaned sound");
  const playing = transport(part, (seconds) => [noisy, cleaned].forEach((one) => one.at(seconds)));
  const tools = editor(part, [noisy.pane, cleaned.pane], playing);
  const compare = comparison(part, (name) => playing.hear(name)), bend = bending(part), dare = makeItMishear(part);
  part.heard = (name) => compare.chosen(name);
  part.heard(playing.player.chosen);
  const brought = bringing({ take: (sound) => part.take(sound), say: (text) => part.say(text), begin: () => playing.stop() });
  const figures = h("small", { class: "figures", "data-testid": "figures" }, " ");
  const list = h("ul");
  const root = h(
    "div",
    { class: "part sound" },
    spoken.element,
    shelf.element,
    brought.element,
    part.status,
    noise.element,
    h(
      "div",
      { class: "pair" },
      h("figure", { "data-part": "input" }, noisy.element, h("figcaption", {}, "Noisy")),
      h("figure", { "data-part": "output" }, cleaned.element, h("figcaption", {}, "Cleaned", figures)),
    ),
    playing.element,
    tools.element,
    dare.element,
    compare.element,
    bend.element,
    h("details", { class: "credits" }, h("summary", {}, "Whose recordings these are"), list),
  );
  return {
    root, noisy, cleaned, playing, tools, brought, figures, spoken, compare, bend, dare,
    noisePanel: noise,
    shelfRow: shelf,
    /** Name the authors of the shipped sounds. */
    credit(sounds) {
      const line = (text, { author, licence, source }) => h("li", {}, `${text}: `, h("a", { href: source, target: "_blank", rel: "noreferrer" }, author), `, ${licence}`);
      list.replaceChildren(...sounds.map((one) => line(one.speaker ? titleOf(one) : `Noise, ${one.name}`, one)));
    },
  };
}
