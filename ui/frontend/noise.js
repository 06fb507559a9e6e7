// The Denoise page's live part: clean -> corrupted -> denoised, beside what the plain autoencoder makes of it.

import { oneEntryPerPage } from "./address.js";
import { corrupt } from "./corruption.js";
import { loadModel } from "./engine.js";
import { h, imageCanvas, imageFromBase64, meanSquaredError, paint } from "./paint.js";

const SETTLE_MS = 250;
const LABELS = { gaussian: "Gaussian (mean and sigma)", salt_and_pepper: "Salt and pepper", occlusion: "Occlusion" };
const MEANING = {
  gaussian: (level) => `noise of mean ${level.toFixed(2)} and standard deviation ${level.toFixed(2)} is added` + (level === 0.5 ? ": the article's" : ""),
  salt_and_pepper: (level) => `${Math.round(100 * level)} % of the pixels turn black or white`,
  occlusion: (level) => `a black square of ${Math.round(28 * level)} × ${Math.round(28 * level)} pixels`,
};

const labs = new WeakMap();
oneEntryPerPage();

export default function render({ data, parentElement, setStateValue }) {
  if (!labs.has(parentElement)) labs.set(parentElement, new NoiseLab(parentElement, data));
  const lab = labs.get(parentElement);
  lab.update(data, (settled) => setStateValue("settled", settled));
  return () => lab.stop();
}

class NoiseLab {
  constructor(root, { kind, level, seed }) {
    Object.assign(this, { kind, level, seed, image: null, models: {}, urls: {} });
    this.build(root);
  }

  update(data, send) {
    this.send = send;
    this.image = data.image ? imageFromBase64(data.image) : null;
    this.absent = ["denoiser", "plain"].filter((role) => !data[role]);
    for (const role of ["denoiser", "plain"]) if (data[role]) this.load(role, data[role]);
    this.show();
  }

  async load(role, { url, name }) {
    if (this.urls[role] === url) return;
    this.urls[role] = url;
    try {
      const model = await loadModel(new URL(url, document.baseURI).href);
      this.models[role] = await model.whole;
      this.show();
    } catch (error) {
      this.status.textContent = `${name} is missing here: ${error.message}. Reload the page to try again.`;
    }
  }

  change(settings) {
    Object.assign(this, settings);
    this.frame ||= requestAnimationFrame(() => this.show());
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_MS);
  }

  settle() {
    clearTimeout(this.settling);
    this.settling = 0;
    this.send({ kind: this.kind, level: this.level, seed: this.seed });
  }

  show() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.kindInput.value = this.kind;
    this.levelInput.value = this.level;
    this.levelText.textContent = this.level.toFixed(2);
    this.meaning.textContent = MEANING[this.kind](this.level);
    const { clean, corrupted, denoised, plain } = this.panels;
    if (!this.image) {
      Object.values(this.panels).forEach((panel) => panel.show(null, null));
      this.status.textContent = "There is no drawing yet: draw one on the Draw page, or pick a sample below.";
      return;
    }
    const { denoiser, plain: autoencoder } = this.models;
    const noisy = corrupt(this.image, this.kind, this.level, this.seed);
    clean.show(this.image, null);
    corrupted.show(noisy, this.image);
    if (denoiser) denoised.show(denoiser.decode(denoiser.encode(noisy)), this.image);
    if (autoencoder) plain.show(autoencoder.decode(autoencoder.encode(noisy)), this.image);
    const waiting = ["denoiser", "plain"].some((role) => !this.models[role] && !this.absent.includes(role));
    this.status.textContent = waiting ? "Loading the models …" : "";
    this.root.dataset.ready = String(!waiting);
  }

  build(root) {
    this.panels = {
      clean: new Panel("clean", "Clean"),
      corrupted: new Panel("corrupted", "Corrupted"),
      denoised: new Panel("denoised", "Denoised", "by the denoiser"),
      plain: new Panel("plain", "Reconstruction", "by the plain autoencoder"),
    };
    const options = Object.entries(LABELS).map(([value, text]) => h("option", { value }, text));
    this.kindInput = h("select", { "aria-label": "corruption", onchange: () => this.change({ kind: this.kindInput.value }) }, ...options);
    this.levelInput = h("input", {
      type: "range", min: 0, max: 1, step: 0.01, "aria-label": "noise level",
      oninput: () => this.change({ level: Number(this.levelInput.value) }),
      onchange: () => this.settling && this.settle(),
    });
    this.levelText = h("output");
    this.meaning = h("p", { class: "meaning" });
    this.status = h("p", { class: "status", role: "status" });
    const another = h("button", { type: "button", onclick: () => this.change({ seed: 1 + Math.floor(Math.random() * 999_999) }) }, "New noise");
    this.root = h(
      "div",
      { class: "lab" },
      h(
        "div",
        { class: "controls" },
        h("label", { class: "kind" }, h("span", {}, "Corruption"), this.kindInput),
        h("label", { class: "level" }, h("span", {}, "Noise level"), this.levelInput, this.levelText),
        another,
      ),
      this.meaning,
      h("div", { class: "panels" }, ...Object.values(this.panels).map((panel) => panel.figure)),
      this.status,
    );
    root.append(this.root);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.settling) this.settle();
  }
}

class Panel {
  constructor(testId, title, subtitle = "") {
    this.canvas = imageCanvas(testId, `${title.toLowerCase()}, 28 by 28 pixels`);
    this.numbers = h("small", { class: "numbers", "data-testid": `${testId}-numbers` });
    this.figure = h("figure", { class: testId }, this.canvas, h("figcaption", {}, title, h("small", {}, subtitle), this.numbers));
  }

  show(image, clean) {
    paint(this.canvas, image);
    const error = clean && image ? meanSquaredError(image, clean) : null;
    // Peak signal-to-noise ratio, 10 log10(peak^2 / MSE) with peak 1.
    const ratio = error ? `${(-10 * Math.log10(error)).toFixed(1)} dB` : "∞";
    this.numbers.textContent = error === null ? "" : `MSE ${error.toFixed(4)} · PSNR ${ratio}`;
  }
}
