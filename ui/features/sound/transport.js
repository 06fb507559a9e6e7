// Playing the noisy sound, the cleaned one, and what was taken away.

import { NextFrame } from "../../frontend/lib/pace.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { Player } from "./player.js";
import { RATE } from "./spectrum.js";
import { download, toWav } from "./wav.js";

const VERSIONS = { noisy: ["Noisy", "with its noise"], cleaned: ["Cleaned", "what the network leaves"], away: ["Taken away", "the noise that was taken, and what of the voice went with it"] };

/**
 * The buttons of a part with `sounds` {noisy, cleaned, away}, null while there are none, and `soundName`; `moved(seconds)` is
 * called with the playhead's place: {element, load(), seek(seconds), toggle(), enable(isOpen), stop()}.
 */
export function transport(part, moved) {
  const player = new Player({ ended: () => show() });
  const play = button("Play", "or press the space bar on a spectrogram", () => toggle(), { class: "play" });
  const versions = Object.entries(VERSIONS).map(([name, [title, about]]) => [name, button(title, about, () => choose(name), { "aria-pressed": "false" })]);
  const loop = button("Loop", "again and again", () => {
    player.loop(!player.loops);
    show();
  }, { "aria-pressed": "true" });
  const save = button("Save as WAV", "what is chosen, as a file", () => download(toWav(part.sounds[player.chosen], RATE), `${part.soundName}-${player.chosen}.wav`));
  const following = new NextFrame(() => follow());
  player.loop(true);
  choose("cleaned");

  function choose(name) {
    player.choose(name);
    part.heard?.(name);
    show();
  }

  async function toggle() {
    if (player.isPlaying) player.pause();
    else {
      load();
      await player.play();
    }
    show();
  }

  function load() {
    if (part.sounds) player.load(part.sounds);
  }

  function show() {
    say(play, player.isPlaying ? "Pause" : "Play");
    loop.setAttribute("aria-pressed", player.loops);
    for (const [name, one] of versions) one.setAttribute("aria-pressed", name === player.chosen);
    follow();
  }

  function follow() {
    const { time, isPlaying } = player;
    moved(isPlaying || time > 0 ? time : null);
    if (isPlaying) following.soon();
  }

  return {
    element: h("div", { class: "controls transport" }, play, h("div", { class: "group", role: "group", "aria-label": "what is heard" }, ...versions.map(([, one]) => one)), loop, save),
    player,
    /** Take the part's sounds where they are heard now. */
    load: () => player.isPlaying && load(),
    seek(seconds) {
      load();
      player.seek(seconds);
      follow();
    },
    toggle,
    /** Play one of the sounds, from the beginning where nothing plays. */
    async hear(name) {
      if (player.isPlaying && player.chosen === name) return toggle();
      choose(name);
      if (!player.isPlaying) await toggle();
    },
    enable(isOpen) {
      for (const one of [play, save]) one.disabled = !isOpen;
    },
    /** Another sound is there. */
    rewind() {
      if (player.isPlaying) load();
      else player.seek(0);
      follow();
    },
    stop() {
      following.cancel();
      player.stop();
      show();
    },
  };
}
