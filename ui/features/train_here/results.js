// What can be done with a network that was trained in this browser: use it on every page, save it, find it again later.

import { root as appRoot } from "../../frontend/lib/address.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { forget, keep, kept } from "./kept.js";

const UNNAMED = "trained here";

export class Results {
  /** `does` has finish(card), which resolves to a file, about(), which returns the settings, and use(name), which tells Python. */
  constructor(does) {
    this.does = does;
    this.name = h("input", { type: "text", maxlength: 24, placeholder: UNNAMED, "aria-label": "name of your network" });
    this.useIt = button("Use it everywhere", "draw, morph and denoise with it", () => this.act(() => this.use()), { class: "primary", "data-testid": "here-use" });
    this.saveIt = button("Save", "save it as a file, which this app and `aecore.load_model` read", () => this.act(() => this.save()), { "data-testid": "here-save" });
    this.status = h("p", { class: "status", role: "status", "data-testid": "here-result" });
    this.row = h("div", { class: "buttons" }, this.name, this.useIt, this.saveIt);
    this.before = h("p", { class: "before", hidden: true });
    this.element = h("div", { class: "results" }, this.row, this.status, this.before);
    kept().then((found) => this.showKept(found));
  }

  offer(data) {
    this.data = data;
  }

  show({ phase, done }) {
    for (const one of [this.useIt, this.saveIt]) one.disabled = this.isBusy || !done || phase === "failed";
  }

  /** Do something that takes a while, and say how it ends. */
  async act(doIt) {
    this.isBusy = true;
    this.useIt.disabled = this.saveIt.disabled = true;
    try {
      say(this.status, await doIt());
    } catch (problem) {
      say(this.status, problem.message);
    } finally {
      this.isBusy = false;
      this.useIt.disabled = this.saveIt.disabled = false;
    }
  }

  // The file of the network as it is now, or was at the epoch that is looked back at.
  async file() {
    say(this.status, "Ordering its numbers …");
    const { words, preset, rate, epochs } = this.does.about();
    const card = { name: this.called, preset, data: words, trained: "in a browser", hyperparameters: { learning_rate: rate, epochs, batch: 64 } };
    const file = await this.does.finish(card);
    keep(file, words).then(() => kept()).then((found) => this.showKept(found));
    return file;
  }

  get called() {
    const name = this.name.value.trim().replace(/[^\w .+-]/g, "").replace(/^[ ]+/, "");
    return name || UNNAMED;
  }

  async use(given = null) {
    const file = given ?? (await this.file());
    say(this.status, "Taking it to the other pages …");
    if (this.data.useHere) return this.data.useHere(file, this.called);
    const response = await fetch(new URL("lessons/model", appRoot()), { method: "POST", body: file, headers: { "x-model": "trained" } }).catch(() => null);
    const answer = await response?.json().catch(() => null);
    if (!answer?.name) throw new Error(answer?.problem ?? "The server does not answer: save your network, and load the file later.");
    this.does.use(answer.name);
    return "Every page now uses your network. Draw a digit with it.";
  }

  async save(given = null) {
    const file = given ?? (await this.file()), url = URL.createObjectURL(new Blob([file]));
    h("a", { href: url, download: `${this.called.replaceAll(" ", "-")}.safetensors` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return `Saved, ${(file.length / 1e6).toFixed(1)} MB.`;
  }

  // The network of an earlier visit.
  showKept(found) {
    this.before.hidden = !found;
    if (!found) return;
    const when = new Date(found.when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    this.before.replaceChildren(
      `Kept in this browser, from ${when}: ${found.words}. `,
      button("Use", "use it on every page", () => this.act(() => this.use(found.file)), { class: "small" }),
      button("Save", "save it as a file", () => this.act(() => this.save(found.file)), { class: "small" }),
      button("Forget", "delete it from this browser", () => forget().then(() => this.showKept(null)), { class: "small" }),
    );
  }
}
