// The ways to a sound of one's own: the microphone, with a level meter, and files.

import { button, h, say } from "../../frontend/lib/paint.js";
import { LONGEST, SoundError, readSound, usable } from "./files.js";
import { Microphone } from "./microphone.js";

const LOWEST = -50; // dB of full scale, of the meter

/** The controls: `take(sound)` is called, `say(text)` for sentences; {element, bring(file), stop()}. */
export function bringing({ take, say: tell, begin }) {
  const input = h("input", { type: "file", accept: "audio/*,.wav,.mp3,.ogg,.oga,.opus,.m4a,.flac", "aria-label": "your sound", tabindex: -1, hidden: true });
  input.addEventListener("change", () => {
    if (input.files.length) bring(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  const record = button("Record", `up to ${LONGEST} seconds, with the browser's own noise suppression switched off`, () => (microphone ? finish() : start()));
  const open = button("Open a file", "WAV, MP3 or OGG; it stays in your browser", () => input.click());
  const fill = h("i"), meter = h("div", { class: "meter", role: "meter", "aria-label": "level of the microphone", "aria-valuemin": LOWEST, "aria-valuemax": 0, "aria-valuenow": LOWEST }, fill);
  const seconds = h("span", { class: "seconds" }, "");
  const ways = h("small", {}, `${matchMedia("(pointer: coarse)").matches ? "" : "Or drop a file here. "}Your own sounds stay in your browser.`);
  const element = h("div", { class: "bring" }, record, open, input, ways, h("div", { class: "level" }, meter, seconds));
  let [microphone, latest] = [null, null];

  function idle() {
    microphone = null;
    say(record, "Record");
    element.classList.remove("live");
    show(0);
  }

  function show(level) {
    const decibels = Math.max(LOWEST, 20 * Math.log10(level + 1e-9));
    fill.style.width = `${100 * (1 - decibels / LOWEST)}%`;
    fill.classList.toggle("hot", level > 0.98);
    meter.setAttribute("aria-valuenow", Math.round(decibels));
  }

  async function start() {
    const mine = (microphone = new Microphone({
      heard(level, time) {
        show(level);
        say(seconds, `${time.toFixed(1)} s`);
      },
      ended: finish,
    }));
    begin();
    try {
      await mine.start();
      if (mine !== microphone) return mine.stop(); // stopped while the browser asked
      say(record, "Stop");
      element.classList.add("live");
      tell("Recording …");
    } catch (error) {
      if (mine === microphone) idle();
      refuse(error);
    }
  }

  function finish() {
    const mine = microphone, isLive = element.classList.contains("live");
    idle();
    tell("");
    if (!isLive) return;
    const { sound, rate } = mine.stop();
    attempt(() => usable(sound, rate));
  }

  async function bring(file) {
    const mine = (latest = {});
    tell("Reading the sound …");
    await attempt(() => readSound(file), () => mine === latest);
  }

  async function attempt(make, isMine = () => true) {
    try {
      const { sound, notes } = await make();
      if (!isMine()) return; // another one was brought meanwhile
      take(sound);
      tell(notes.join(" "));
    } catch (error) {
      if (isMine()) refuse(error);
    }
  }

  function refuse(error) {
    if (!(error instanceof SoundError)) throw error;
    tell(error.message);
  }

  return {
    element,
    bring,
    stop() {
      if (element.classList.contains("live")) microphone.stop();
      idle();
    },
  };
}
