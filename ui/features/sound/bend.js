// "Bend a voice": sixteen sliders of a spoken digit, a walk from one recording to another, random digits, and the map.

import { gaussian } from "../../frontend/engine/engine.js";
import { aloud } from "../../frontend/lib/aloud.js";
import { explained } from "../../frontend/lib/explain.js";
import { quantise, quantiseAll } from "../../frontend/lib/latent.js";
import { LatentSliders } from "../../frontend/lib/latent_sliders.js";
import { AtRest, NextFrame } from "../../frontend/lib/pace.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { LENGTH } from "./bands.js";
import { mapPicture } from "./map_picture.js";
import { Player } from "./player.js";
import { NAMES } from "./spoken_map.js";
import { spectrogram, paintSpectrum } from "./spectrogram.js";
import { HOP, RATE } from "./spectrum.js";
import { LATENT } from "./voice.js";
import { download, toWav } from "./wav.js";

const STATISTICS = { low: Array(LATENT).fill(-3), high: Array(LATENT).fill(3), histogram: Array(LATENT).fill(Array(32).fill(1)) };
const WORDS = { group: "the voice", slider: "voice", short: "z", home: "back to the number of the recording", real: "real recordings" };
const AGAIN_MS = 60; // after a change, while it loops
const MISSING = "The model that bends voices is not here: `python -m aecore.train voice` trains it.";

/** The section of a part with settings {start, goal, along, bent}: {element, expect(isComing), open(voice, map), show(), stop(), resume()}. */
export function bending(part) {
  let [voice, map, isOpen, statistics] = [null, null, false, STATISTICS];
  const player = new Player({ ended: () => showButtons() }), again = new AtRest(() => player.isPlaying && load(), AGAIN_MS), following = new NextFrame(() => follow());
  player.chosen = "voice";
  let shown = []; // what the pictures show
  const deck = {
    get statistics() {
      return statistics;
    },
    /** Where the walk is: to there a reset leads. */
    get encoded() {
      return walked();
    },
    get latent() {
      return latent();
    },
    remember: () => part.remember(),
    hold: () => part.remember(),
    release() {
      part.rest.flush();
      hear();
    },
    take(bent) {
      part.change({ bent });
      again.soon();
    },
    takeAtOnce: (bent) => takeAtOnce({ bent }),
  };
  const sliders = new LatentSliders(deck, WORDS), picture = spectrogram("bent", "spectrogram of the spoken digit"), spoken = aloud();
  const play = button("Hear it", "say it", () => (player.isPlaying ? pause() : hear()), { class: "play" });
  const loop = button("Loop", "again and again, while the sliders move", () => {
    player.loop(!player.loops);
    if (player.loops && !player.isPlaying) hear();
    showButtons();
  }, { "aria-label": "Loop the spoken digit", "aria-pressed": "false" });
  const random = button("Random digit", "sixteen random numbers, as likely as those of recordings", () => takeAtOnce({ bent: quantiseAll(voice.model.sample?.() ?? Array.from({ length: LATENT }, gaussian)) }));
  const save = button("Save as WAV", "what is heard, as a file", () => download(toWav(voice.decode(latent()), RATE), "voice.wav"), { "aria-label": "Save as WAV: the spoken digit" });
  const ends = { start: choice("from", "start"), goal: choice("to", "goal") };
  const way = slider({ remember: () => part.remember(), rest: { flush: () => deck.release() } }, {
    name: "place on the walk", text: "The walk", of: "latent",
    change(along) {
      part.change({ along, bent: null });
      again.soon();
    },
  });
  const takeAs = ["A, the start", "B, the end"].map((title, i) => button(title, "which end of the walk a recording chosen on the map becomes", () => {
    side = i;
    showButtons();
  }, { "aria-pressed": "false" }));
  let side = 0; // which end a click takes
  const points = mapPicture({
    hear: (i) => speak(map.latent(i)),
    leave: () => player.isPlaying && player.loops && load(),
    take: (i) => takeAtOnce(side ? { goal: i, along: 1, bent: null } : { start: i, along: 0, bent: null }),
  });
  const controls = h("div", { class: "bent" },
    h("figure", { "data-part": "output" }, picture.element, h("figcaption", {}, "What sixteen numbers say")),
    h("div", { class: "controls" }, play, loop, random, save),
    h("div", { class: "walk" }, ends.start.element, ends.goal.element, way.label),
    h("div", { class: "as" }, h("span", {}, "A recording chosen on the map is"), h("div", { class: "group", role: "group", "aria-label": "a recording chosen on the map is" }, ...takeAs)));
  const body = h("div", { class: "bending", hidden: true }, controls, points.element, h("div", { class: "numbers", "data-part": "latent" }, h("h2", { "data-part": "latent" }, "The voice, as numbers"), sliders.element));
  const note = h("p", { class: "status" }, "\u00a0");
  const element = h("section", { class: "bend" }, h("h2", {}, "Bend a voice"),
    h("p", {}, ...explained("An autoencoder of spoken digits: sixteen numbers hold which digit it is and how it is said. The decoder draws the magnitudes; Griffin and Lim's algorithm finds phases for them.")),
    note, body, spoken.element);
  sliders.use(STATISTICS);

  // A digit and a speaker, for one end of the walk.
  function choice(title, field) {
    const digits = h("select", { "aria-label": `digit ${title}` }, ...NAMES.map((name, value) => h("option", { value }, name)));
    const speakers = h("select", { "aria-label": `speaker ${title}` });
    for (const one of [digits, speakers]) one.addEventListener("change", () => takeAtOnce({ [field]: map.find(Number(digits.value), Number(speakers.value)), along: field === "goal" ? 1 : 0, bent: null }));
    return { digits, speakers, element: h("label", {}, h("span", {}, field === "start" ? "A, from" : "B, to"), h("span", { class: "two" }, digits, speakers)) };
  }

  const end = (field) => Math.min(part.settings[field], map.count - 1);

  function walked() {
    if (!map) return Array(LATENT).fill(0);
    const [a, b] = [map.latent(end("start")), map.latent(end("goal"))], { along } = part.settings;
    return a.map((value, i) => quantise(value + along * (b[i] - value)));
  }

  const latent = () => part.settings.bent ?? walked();

  function takeAtOnce(changes) {
    part.changeAtOnce(changes);
    hear();
  }

  function load(which = latent()) {
    player.load({ voice: voice.decode(which) });
  }

  async function hear() {
    await speak(latent());
  }

  async function speak(which) {
    if (!voice) return;
    load(which);
    player.seek(0);
    if (!player.isPlaying) await player.play().catch(() => {}); // a browser plays nothing before the first press
    showButtons();
  }

  function pause() {
    player.pause();
    player.seek(0);
    showButtons();
  }

  function showButtons() {
    say(play, player.isPlaying ? "Stop" : "Hear it");
    loop.setAttribute("aria-pressed", player.loops);
    takeAs.forEach((one, i) => one.setAttribute("aria-pressed", i === side));
    follow();
  }

  function follow() {
    picture.at(player.isPlaying ? player.time : null);
    if (player.isPlaying) following.soon();
  }

  function describe() {
    const { start, goal, along, bent } = part.settings;
    if (bent) return "Bent by hand.";
    const [a, b] = [map.title(end("start")), map.title(end("goal"))];
    return start === goal || along === 0 ? `${a}.` : along === 1 ? `${b}.` : `${Math.round(100 * along)} % of the way from ${a}, to ${b}.`;
  }

  return {
    element,
    /** Have room for what `open` will show, if it is to come. */
    expect(isComing) {
      if (isOpen) return;
      note.hidden = isComing;
      body.hidden = !isComing;
      body.inert = true;
    },
    /** Take the model and the map; null where there is none. */
    open(found, latents) {
      [voice, map, isOpen] = [found, latents, true];
      body.hidden = !voice || !map;
      body.inert = false;
      say(note, body.hidden ? MISSING : "\u00a0");
      note.hidden = !body.hidden;
      if (body.hidden) return;
      ({ statistics } = voice.model);
      sliders.use(statistics);
      for (const { speakers } of Object.values(ends)) speakers.replaceChildren(...map.names.map((name, value) => h("option", { value }, name)));
      points.use(map);
      shown = [];
      picture.show(LENGTH / RATE, LENGTH / HOP + 1);
      showButtons();
      this.show();
    },
    show() {
      if (!voice || !map) return;
      const { settings } = part, { start, goal, along, bent } = settings, now = [start, goal, along, bent];
      if (now.every((value, i) => value === shown[i])) return; // the noise above has changed
      shown = now;
      paintSpectrum(picture.canvas, voice.spectrum(latent()), 1);
      for (const _ of sliders.steps());
      for (const [field, { digits, speakers }] of Object.entries(ends)) {
        const i = end(field);
        [digits.value, speakers.value] = [map.digits[i], map.speakers[i]];
      }
      way.show(settings.along, describe());
      points.show(end("start"), end("goal"));
      picture.canvas.setAttribute("aria-label", `spectrogram of the spoken digit: ${describe()}`);
      spoken.say(describe());
    },
    stop() {
      again.cancel();
      following.cancel();
      player.stop();
      points.stop();
      spoken.stop();
    },
    resume: () => points.resume(),
  };
}
