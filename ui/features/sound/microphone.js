// The microphone, without what browsers do to a voice on their own: noise suppression, echo cancellation, automatic gain.

import { LONGEST, SoundError } from "./files.js";

const PLAIN = { noiseSuppression: false, echoCancellation: false, autoGainControl: false };
const COLLECT = `registerProcessor("collect", class extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel) this.port.postMessage(channel.slice());
    return true;
  }
});`;
const WHY = {
  NotAllowedError: "The page may not use the microphone: allow it in the browser, beside the address, and press Record again; or open a file.",
  NotFoundError: "There is no microphone here: connect one and press Record again, or open a file.",
};
const INSECURE = "Browsers give a microphone only to pages that come over https: open this page by https, or open a file.";
const BUSY = "The microphone could not be started: another program may be using it. Close that and press Record again, or open a file.";

/** Records until `stop()`, or 20 seconds: `heard(level, seconds)` is called all the time, `ended()` when it stops by itself. */
export class Microphone {
  #pieces = [];
  #context = null;
  #stream = null;

  constructor({ heard, ended }) {
    Object.assign(this, { heard, ended });
  }

  /** Begin; throws a SoundError where there is no microphone to record with. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) throw new SoundError(INSECURE);
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: { ...PLAIN, channelCount: 1 } });
      const context = (this.#context = new AudioContext()), url = URL.createObjectURL(new Blob([COLLECT], { type: "text/javascript" }));
      await context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
      await context.resume();
      const collect = new AudioWorkletNode(context, "collect", { numberOfOutputs: 0 });
      collect.port.onmessage = ({ data }) => this.#take(data);
      context.createMediaStreamSource(this.#stream).connect(collect);
      for (const track of this.#stream.getTracks()) track.onended = () => this.ended(); // it was pulled out: what was heard is kept
    } catch (error) {
      this.#close();
      throw new SoundError(WHY[error.name] ?? BUSY, { cause: error });
    }
  }

  #take(piece) {
    this.#pieces.push(piece);
    const seconds = this.#length / this.#context.sampleRate;
    this.heard(Math.max(...piece.map(Math.abs)), seconds);
    if (seconds >= LONGEST) this.ended();
  }

  get #length() {
    return this.#pieces.reduce((sum, { length }) => sum + length, 0);
  }

  /** Stop, and return what was heard: {sound, rate}. */
  stop() {
    const { sampleRate: rate } = this.#context, sound = new Float32Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      sound.set(piece, at);
      at += piece.length;
    }
    this.#close();
    return { sound, rate };
  }

  #close() {
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#context?.close();
    this.ended = this.heard = () => {};
  }
}
