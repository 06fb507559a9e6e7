// The keys of talk mode: what each does, and the card that says so.

import { h } from "../../frontend/lib/paint.js";

const NUDGE = 0.1;
const NOISE_STEP = 0.05;

/** What a key does on a stage, by its name. */
export function actions(stage) {
  const { player } = stage;
  const last = () => player.talk.scenes.length - 1;
  return {
    PageDown: () => stage.go(player.index + 1),
    ArrowRight: () => stage.go(player.index + 1),
    PageUp: () => stage.go(player.index - 1),
    ArrowLeft: () => stage.go(player.index - 1),
    Home: () => stage.go(0),
    End: () => stage.go(last()),
    ArrowDown: () => player.scene.choose(1),
    ArrowUp: () => player.scene.choose(-1),
    "+": () => player.scene.nudge(NUDGE),
    "=": () => player.scene.nudge(NUDGE),
    "-": () => player.scene.nudge(-NUDGE),
    s: () => player.scene.sweep(),
    r: () => player.scene.random(),
    0: () => player.scene.restore(),
    c: () => player.scene.clear(),
    n: () => player.scene.addNoise(NOISE_STEP),
    m: () => player.scene.addNoise(-NOISE_STEP),
    " ": () => stage.play(),
    Enter: () => stage.play(),
    f: () => stage.fullScreen(),
    b: () => stage.setBlank(!stage.blank),
    ".": () => stage.setBlank(!stage.blank),
    t: () => stage.trail.toggle(),
    l: () => stage.laser.toggle(),
    p: () => stage.desk.open(),
    "?": () => (stage.card.hidden = !stage.card.hidden),
    Escape: () => stage.escape(),
  };
}

const CARD = [
  ["Page Down  →", "next scene"],
  ["Page Up  ←", "previous scene"],
  ["Space", "play, pause"],
  ["↓  ↑", "next, previous slider"],
  ["+  −", "move it a little"],
  ["S", "move it from end to end"],
  ["R", "invent a digit; ask the hall"],
  ["0", "reset"],
  ["C", "empty sheet to draw on"],
  ["N  M", "more, less noise"],
  ["F", "full screen"],
  ["B  .", "blank screen"],
  ["T", "trail behind the pointer"],
  ["L", "laser dot, which followers see"],
  ["P", "presenter's window"],
  ["Home  End", "first, last scene"],
  ["?", "show or hide this list"],
  ["Escape", "leave"],
];

/** The card that lists the keys, hidden. */
export function card() {
  const rows = CARD.flatMap(([key, does]) => [h("dt", {}, key), h("dd", {}, does)]);
  return h("div", { class: "card", role: "dialog", "aria-label": "keys", "data-testid": "stage-keys", hidden: true }, h("dl", {}, ...rows));
}
