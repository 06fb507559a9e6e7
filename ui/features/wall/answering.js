// A phone's answer to what the presenter asks: a sheet over the page with a canvas, the digit as the network sees it and
// redraws it, and a button that sends it.

import { loadModel } from "../../frontend/engine/engine.js";
import { floating } from "../../frontend/lib/floating.js";
import { quantise } from "../../frontend/lib/latent.js";
import { normalizeGrey } from "../../frontend/lib/normalize.js";
import { button, h, imageCanvas, paint, say } from "../../frontend/lib/paint.js";
import { sketch } from "../../frontend/lib/sketch.js";
import { address } from "../room/requests.js";
import { bytesOf, newPhone } from "./answer.js";
import { describe } from "./describe.js";
import { SHEET } from "./style.js";

const PATIENCE_MS = 8000; // for an answer of the server
const PRIVACY = "Only this drawing and its numbers are sent, without your name, to the presenter, who may show them to the room; they are deleted when the room ends.";
const SENT = "Sent: your digit is on the wall. Draw again, and the next one takes its place.";
const PAUSED = "The presenter takes no digits just now.";
const ANEW = "The presenter asks anew: what you sent before is gone.";

export class Answering {
  #phone = newPhone();
  #image = null;
  #latent = null;
  poll = null; // what is asked
  sent = 0; // the number of the poll that was answered

  /** In the room of a name; describe(model) promises what `/follow/models/NAME.json` says of a model. */
  constructor(name, pen, describe) {
    Object.assign(this, { name, describe });
    this.question = h("h2", { id: "asked" });
    this.undo = button("Undo", "undo the last stroke", () => this.canvas.undo(), { disabled: true });
    this.clear = button("Clear", "an empty sheet", () => this.canvas.clear(), { disabled: true });
    this.send = button("Send my digit", "to the presenter's wall", () => this.#send(), { class: "primary", disabled: true });
    this.canvas = sketch(pen, { onDrawing: (grey) => this.#drawn(grey), onPast: (some) => (this.undo.disabled = !some) });
    this.canvas.element.dataset.testid = "answer-sketch";
    this.seen = imageCanvas("answer-seen", "your digit as the network sees it");
    this.redrawn = imageCanvas("answer-redrawn", "your digit, redrawn from its numbers");
    this.said = h("p", { class: "said", role: "status" });
    const picture = (canvas, words) => h("figure", {}, canvas, h("figcaption", {}, words));
    this.element = h(
      "dialog",
      { "aria-labelledby": "asked", "data-testid": "answering" },
      h("header", {}, this.question, button("×", "close", () => this.element.close(), { class: "close", "aria-label": "Close" })),
      h("div", { class: "paper" }, this.canvas.element),
      h("div", { class: "pictures" }, picture(this.seen, "what is sent"), picture(this.redrawn, "redrawn from its numbers")),
      h("div", { class: "row" }, this.undo, this.clear, this.send),
      h("p", { class: "privacy" }, PRIVACY),
      this.said,
    );
    this.layer = floating("answering", SHEET, this.element);
  }

  /** Whether there is something to answer that was not answered yet. */
  get isAsked() {
    return Boolean(this.poll?.open) && this.sent !== this.poll.number;
  }

  /** Take what a room's scene says is asked, nothing or not of this form: null. */
  take(poll) {
    const isOne = poll && typeof poll.question === "string" && typeof poll.model === "string" && Number.isInteger(poll.number);
    if (isOne && poll.number !== this.poll?.number) say(this.said, this.poll && this.sent === this.poll.number ? ANEW : "");
    this.poll = isOne ? poll : null;
    say(this.question, this.poll?.question ?? "Nothing is asked any more.");
    this.#offer();
  }

  open() {
    this.layer.dress();
    this.#load();
    this.element.showModal();
  }

  async #load() {
    const name = this.poll?.model;
    if (!name || this.loaded === name) return;
    try {
      const { model } = await this.describe(name);
      const found = await (await loadModel(model.student ?? model.url)).whole;
      if (name !== this.poll?.model) return;
      Object.assign(this, { model: found, loaded: name });
      this.#encode();
    } catch {
      say(this.said, "The network could not be loaded: close this and open it again.");
    }
  }

  #drawn(grey) {
    this.#image = normalizeGrey(grey);
    this.#encode();
  }

  #encode() {
    const isDrawn = Boolean(this.#image) && Boolean(this.model);
    this.#latent = isDrawn ? Array.from(this.model.encode(this.#image), quantise) : null;
    paint(this.seen, this.#image);
    paint(this.redrawn, isDrawn ? this.model.decode(Float32Array.from(this.#latent)) : null);
    this.#offer();
  }

  #offer() {
    this.clear.disabled = !this.#image;
    this.send.disabled = !this.#latent || !this.poll?.open || this.isSending;
    if (this.poll && !this.poll.open) say(this.said, PAUSED);
    else if (this.said.textContent === PAUSED) say(this.said, "");
  }

  async #send() {
    const { number } = this.poll;
    this.isSending = true;
    this.#offer();
    const problem = await post(this.name, bytesOf(number, this.#phone, this.#latent, this.#image));
    this.isSending = false;
    say(this.said, problem || (this.poll?.number === number ? SENT : ANEW));
    if (!problem) this.sent = number;
    this.#offer();
    this.onSent?.();
  }
}

/** A sheet for the room of a name, for strokes of a pen so wide. */
export default (name, pen) => new Answering(name, pen, describe);

/** Send an answer; resolves to "" or to why that failed, in a sentence. */
async function post(name, body) {
  const headers = { "Content-Type": "application/octet-stream" };
  try {
    const response = await fetch(address(`/${name}/answers`), { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? "" : (await response.json()).problem;
  } catch {
    return "Your digit could not be sent: try again.";
  }
}
