// Which noise is added to a voice, and how much.

import { button, h, say } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";

export const [MOST, LEAST] = [20, -10]; // dB: the power of the voice to that of the noise
const STEP = 0.5;
const KINDS = {
  none: ["None", "the recording as it is"],
  white: ["White", "static, all frequencies alike"],
  pink: ["Pink", "static, low frequencies louder"],
  hum: ["Hum", "the mains at 50 Hz with its harmonics"],
  crackle: ["Crackle", "clicks, as of an old record"],
  rain: ["Rain", "a recording of rain"],
  engine: ["Engine", "a recording of a helicopter"],
};

const inWords = (ratio) => `${String(ratio).replace("-", "−")} dB`;

/** The controls of a part with `settings` {noise, ratio} and `change(changes)`: {element, show()}. */
export function noisePanel(part) {
  const buttons = Object.entries(KINDS).map(([kind, [title, about]]) => [kind, button(title, about, () => part.changeAtOnce({ noise: kind }), { "aria-pressed": "false" })]);
  const level = slider(part, {
    name: "noise", text: "Noise: the voice’s power to it", of: "input", low: -MOST, high: -LEAST, step: STEP,
    change: (value) => part.change({ ratio: value === 0 ? 0 : -value }),
  });
  const output = level.label.querySelector("output");
  return {
    element: h("div", { class: "noises" }, h("div", { class: "kinds", role: "group", "aria-label": "kind of noise" }, ...buttons.map(([, one]) => one)), level.label),
    show() {
      const { noise, ratio } = part.settings, words = inWords(ratio);
      for (const [kind, one] of buttons) one.setAttribute("aria-pressed", kind === noise);
      level.show(-ratio, `the voice ${ratio < 0 ? `${-ratio} decibels quieter than the noise` : `${ratio} decibels louder than the noise`}`);
      say(output, words);
      level.input.disabled = noise === "none";
    },
  };
}
