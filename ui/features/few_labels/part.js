// "How many labels does it take?" A head learns from a few labelled digits which latent is of which digit, in a worker, and
// reads a thousand others; beside it stands what nearest neighbours on pixels make of the same labels.

import { root as appRoot } from "../../frontend/lib/address.js";
import { mount } from "../../frontend/lib/component.js";
import { explained } from "../../frontend/lib/explain.js";
import { button, h, imageCanvas, paint, refill, say } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { pad } from "../train_here/pad.js";
import { FEWEST, mine } from "../train_here/sources.js";

const COUNTS = [10, 100, 1000], SHOWN = 10, DRAWN = 2400;
const WAYS = [["latent", "latent", "a small network that sees the latent"], ["pixels", "input", "nearest neighbour on pixels"]]; // and the colour of each
const STEPS = { loading: "Loading digits and model …", encoding: "Encoding digits …", latent: "The small network learns …", pixels: "Comparing pixels …" };

const workers = new Map(); // address -> worker: one for the page, however often the part is made
let studies = 0; // of all parts

class Labels extends Part {
  isUndone = false;

  constructor(root, { pen }) {
    super();
    this.pad = pad(pen, () => this.offerOwn());
    this.rows = new Map();
    this.list = h("ul", { class: "studies" });
    this.source = h("p", { class: "words" });
    this.labelled = h("div", { class: "labelled", "aria-hidden": "true" });
    this.root = h(
      "section",
      { class: "part labels", "data-ready": "false" },
      h("h3", {}, "How many labels does it take?"),
      h("p", { class: "words" }, ...explained(WHY)),
      this.source,
      h("ul", { class: "key" }, ...WAYS.map(([, part, words]) => h("li", { "data-part": part }, h("i"), words))),
      this.list,
      this.status,
      this.labelled,
      this.pad.element,
    );
    root.append(this.root);
  }

  update(data, reports) {
    super.update(data, reports);
    const isNew = data.model.url !== this.data?.model.url;
    this.data = data;
    if (isNew) {
      this.leave();
      this.build();
    }
    this.root.dataset.ready = "true";
  }

  show() {}

  build() {
    const { mnist } = this.data, most = mnist?.count ?? DRAWN;
    this.source.replaceChildren(...explained(mnist ? `Labelled digits: from ${number(most)} of MNIST's training digits, which this server has. Digits to read: 1,000 of its test digits.` : "This server has no MNIST: the page draws the labelled digits, and 1,000 others to read, itself. They differ less than those of many people."));
    this.rows.clear();
    for (const count of [...COUNTS, most]) this.addRow(String(count), count === most ? `All ${number(most)} labels` : `${number(count)} labels`, () => this.study(String(count), { count }));
    this.addRow("own", "Your own digits", () => this.studyOwn());
    this.list.replaceChildren(...[...this.rows.values()].map(({ element }) => element));
    this.labelled.replaceChildren();
    this.say("");
  }

  addRow(name, words, act) {
    const press = button(words, "let the small network learn from these labels, and read the other digits", act);
    const ways = Object.fromEntries(WAYS.map(([way, part, about]) => {
      const fill = h("i"), value = h("span", { class: "value", "aria-hidden": "true", "data-testid": `${name}-${way}` }, "–"), called = `${words}, ${about}`;
      return [way, { fill, value, called, bar: h("div", { class: "bar", "data-part": part, role: "img", "aria-label": `${called}: not known yet` }, fill) }];
    }));
    const pair = h("div", { class: "pair" }, ...Object.values(ways).flatMap(({ bar, value }) => [bar, value]));
    this.rows.set(name, { element: h("li", {}, press, pair), press, ways });
  }

  // ---- a study ------------------------------------------------------------------------------------------------

  study(name, { count = 0, own = null }) {
    const { model, head, strokes, mnist, worker } = this.data, away = (url) => new URL(url, appRoot()).href;
    this.leave();
    Object.assign(this, { running: name, number: ++studies });
    for (const way of Object.keys(this.rows.get(name).ways)) this.mark(way, null);
    this.worker = workerAt(away(worker));
    this.worker.onmessage = ({ data }) => data.study === this.number && this.hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault?.();
      this.end("This browser starts no worker for it.");
    };
    this.worker.postMessage({ study: this.number, url: away(model.url), head, strokes, mnist: mnist && { train: away(mnist.train), test: away(mnist.test) }, own, count, seed: 1 + Math.floor(Math.random() * 1e6) });
    this.hear({ kind: "loading" });
  }

  studyOwn() {
    const all = mine();
    this.pad.element.hidden = false;
    this.pad.show();
    if (all.length < FEWEST) return this.say(`Draw ${FEWEST - all.length} digits below, and the others are read by them.`);
    const images = all.map(({ image }) => Uint8Array.from(atob(image), (character) => character.charCodeAt(0)));
    this.study("own", { own: { images, labels: all.map(({ digit }) => digit) } });
  }

  // The tenth digit is drawn: it goes on by itself.
  offerOwn() {
    if (mine().length === FEWEST) this.studyOwn();
  }

  hear({ kind, done, of, accuracy, isOver = false, ...found }) {
    if (kind === "failed") return this.end(`The digits could not be read: ${found.sentence}.`);
    if (kind === "labelled") return this.showLabelled(found);
    if (kind === "over") {
      for (const [way] of WAYS) this.mark(way, found[way]);
      return this.end(sentence(found));
    }
    this.say(STEPS[kind], of ? ` ${Math.round((100 * done) / of)} %` : "");
    if (accuracy !== undefined) this.mark(kind, accuracy, !isOver);
  }

  end(words) {
    this.running = null;
    this.say(words);
  }

  leave() {
    this.running = this.number = null;
  }

  mark(way, accuracy, isGuessed = false) {
    const { fill, value, bar, called } = this.rows.get(this.running).ways[way];
    fill.style.setProperty("--found", accuracy ?? 0);
    fill.classList.toggle("guessed", isGuessed);
    say(value, accuracy === null ? "–" : percent(accuracy));
    bar.setAttribute("aria-label", `${called}: ${accuracy === null ? "not known yet" : percent(accuracy)}`);
  }

  showLabelled({ some, labels, count }) {
    refill(this.labelled, some.slice(0, SHOWN).map((image, i) => {
      const picture = imageCanvas(`labelled-${i}`, "");
      paint(picture, Float32Array.from(image, (byte) => byte / 255));
      return h("figure", {}, picture, h("figcaption", {}, String(labels[i])));
    }));
    if (count > SHOWN) this.labelled.append(h("small", {}, `and ${number(count - SHOWN)} more`));
  }
}

const WHY = "The encoder learned from digits without labels, and gives similar shapes similar numbers: so digits of one kind lie together, and a few labels are enough to say which kind.";
const number = (count) => count.toLocaleString("en");
const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;
const sentence = ({ count, tested, latent, pixels }) => `With ${number(count)} labels, ${percent(latent)} of ${number(tested)} other digits are read right from the latent, ${percent(pixels)} from pixels.`;

function workerAt(url) {
  if (!workers.has(url)) workers.set(url, new Worker(url, { type: "module" }));
  return workers.get(url);
}

export default mount(Labels);
