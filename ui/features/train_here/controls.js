// The choices of a training in the browser, and what starts, holds and slows it.

import { button, h, say } from "../../frontend/lib/paint.js";

const RATES = [3e-4, 1e-3, 2e-3, 3e-3, 1e-2, 0.1, 1];
const EPOCHS = [5, 10, 20, 50];
const PACES = [[1, "one batch a second"], [4, "4 batches a second"], [16, "16 batches a second"], [Infinity, "as fast as it can"]];
const SAYS = { preparing: "Getting ready …", ready: "Ready: press Start.", running: "Learning …", paused: "Paused.", over: "Done." };

export class Controls {
  /** `does` has what the buttons do: chosen, run, pause, once, again, limit(batches a second), look(epoch). */
  constructor(does) {
    Object.assign(this, { does, presets: [] });
    const select = (name, label) => {
      const element = h("select", { "aria-label": `${label}, in this browser`, onchange: () => this.take(name) });
      return { element, field: h("label", {}, h("span", {}, label), element) };
    };
    const fields = { preset: "Network", source: "Learn from", size: "Latent size", rate: "Step size", epochs: "Epochs" };
    this.fields = Object.fromEntries(Object.entries(fields).map(([name, label]) => [name, select(name, label)]));
    fill(this.fields.rate.element, RATES.map((rate) => [rate, String(rate)]), 3e-3);
    fill(this.fields.epochs.element, EPOCHS.map((count) => [count, String(count)]), 20);
    this.start = button("Start", "let the network learn", () => this.press(), { class: "primary", "data-testid": "here-start" });
    this.step = button("One batch", "learn from one batch only", () => does.once());
    this.restart = button("Start over", "begin again with random weights", () => does.again());
    this.pace = h("input", { type: "range", min: 0, max: PACES.length - 1, step: 1, value: PACES.length - 1, "aria-label": "speed", oninput: () => does.limit(this.showPace()) });
    this.paceWords = h("output");
    this.status = h("p", { class: "status", role: "status", "data-testid": "here-state" });
    this.numbers = h("p", { class: "numbers", "aria-hidden": "true" });
    this.bar = h("i");
    this.element = h(
      "div",
      {},
      h("div", { class: "controls" }, ...Object.values(this.fields).map(({ field }) => field)),
      h("div", { class: "head" }, h("div", { class: "buttons" }, this.start, this.step, this.restart), h("label", { class: "pace" }, h("span", {}, "Speed"), this.pace, this.paceWords)),
      this.status,
      h("div", { class: "bar" }, this.bar),
      this.numbers,
    );
    this.past = h("input", { type: "range", min: 0, max: 0, step: 1, value: 0, "aria-label": "look back over the epochs", oninput: () => this.lookBack(), "data-testid": "here-past" });
    this.pastWords = h("output");
    this.back = h("label", { class: "past" }, h("span", {}, "Look back"), this.past, this.pastWords);
    this.showPace();
  }

  /** Offer the networks and pictures that there are. */
  offer(data, sources) {
    this.data = data;
    const { source, preset } = this.fields;
    fill(source.element, sources.map(({ name, words }) => [name, words]), source.element.value || "drawn");
    this.presets = (this.source === "own" && data.own?.presets) || data.presets;
    fill(preset.element, this.presets.map(({ name, about }) => [name, about]), preset.element.value || this.presets[0].name);
    fill(this.fields.size.element, Object.keys(this.preset.specs).map((size) => [size, size]), this.fields.size.element.value || "16");
  }

  get preset() {
    return this.presets.find(({ name }) => name === this.fields.preset.element.value) ?? this.presets[0];
  }

  get source() {
    return this.fields.source.element.value;
  }

  get settings() {
    const spec = this.preset.specs[this.fields.size.element.value] ?? Object.values(this.preset.specs)[0];
    return { preset: this.preset.name, spec, rate: Number(this.fields.rate.element.value), epochs: Number(this.fields.epochs.element.value) };
  }

  /** Height, width and channels of the pictures. */
  get shape() {
    const { spec } = this.settings;
    return spec.inputs?.image ?? [28, 28, 1];
  }

  get size() {
    return this.shape.reduce((a, b) => a * b, 1);
  }

  get classes() {
    return ["own", "room"].includes(this.source) ? [] : this.data.classes;
  }

  get words() {
    return `${this.preset.about}, ${this.fields.size.element.value} numbers, ${this.fields.source.element.selectedOptions[0]?.text}`;
  }

  take(name) {
    this.offer(this.data, [...this.fields.source.element.options].map(({ value, text }) => ({ name: value, words: text })));
    if (name === "preset") this.fields.rate.element.value = this.preset.rate;
    this.does.chosen();
  }

  press() {
    if (this.phase === "running") this.does.pause();
    else if (this.phase === "over" || this.phase === "failed") this.does.again();
    else this.does.run();
  }

  /** Say how fast the network may learn; returns that in batches a second. */
  showPace() {
    const [limit, words] = PACES[Number(this.pace.value)];
    this.paceWords.textContent = words;
    this.pace.setAttribute("aria-valuetext", words);
    return limit;
  }

  lookBack() {
    const last = Number(this.past.max), at = Number(this.past.value);
    this.does.look(at === last ? null : this.kept[at]);
  }

  /** Show how far a session is. */
  show({ phase, begun, done, sentence, kept, looked, pace, losses, errors }) {
    const isRunning = phase === "running", all = begun ? begun.steps * begun.epochs : 0;
    this.phase = phase;
    for (const { element } of Object.values(this.fields)) element.disabled = isRunning;
    say(this.start, isRunning ? "Pause" : phase === "paused" ? "Go on" : phase === "over" ? "Train another" : "Start");
    this.start.disabled = phase === "preparing" || (phase === "failed" && !begun);
    this.step.disabled = !["ready", "paused"].includes(phase);
    this.restart.disabled = !done || isRunning;
    say(this.status, sentence || SAYS[phase]);
    this.status.classList.toggle("wrong", phase === "failed");
    this.bar.style.width = all ? `${(100 * done) / all}%` : "0";
    const error = errors.at(-1)?.[1];
    say(this.numbers, [
      all && `epoch ${Math.min(Math.floor(done / begun.steps) + 1, begun.epochs)} of ${begun.epochs}`,
      all && `batch ${done.toLocaleString("en")} of ${all.toLocaleString("en")}`,
      losses.length && `training error ${losses.at(-1)[1].toFixed(4)}`,
      error && `validation error ${error.toFixed(4)}`,
      pace && `${Math.round(pace).toLocaleString("en")} pictures a second`,
    ].filter(Boolean).join(" · "));
    this.showPast(kept, looked);
  }

  showPast(kept, looked) {
    this.kept = kept;
    this.past.max = Math.max(kept.length, 1);
    this.past.disabled = kept.length < 2;
    if (!looked) this.past.value = this.past.max;
    const words = looked?.view ? `epoch ${looked.epoch}` : "now";
    this.pastWords.textContent = words;
    this.past.setAttribute("aria-valuetext", words);
  }
}

// Fill a list of [value, words]; the value stays where it is still there, else it is the wanted one.
function fill(element, options, wanted) {
  const words = JSON.stringify(options);
  if (element.dataset.words !== words) {
    element.dataset.words = words;
    element.replaceChildren(...options.map(([value, text]) => h("option", { value }, text)));
  }
  const values = options.map(([value]) => String(value));
  element.value = values.includes(String(wanted)) ? wanted : values[0];
}
