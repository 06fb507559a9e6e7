// The page /follow/NAME: what the presenter of a room shows, without a session. Its sliders are those of the Draw page. It
// follows until its visitor uses it, and goes on from there; a button leads back to the presenter.

import { followScene, ownScene } from "../../frontend/lib/component.js";
import { firstFrame } from "../../frontend/lib/first_frame.js";
import { aloud } from "../../frontend/lib/aloud.js";
import { h, imageCanvas, imageFromBase64, paint, say } from "../../frontend/lib/paint.js";
import { sketch } from "../../frontend/lib/sketch.js";
import render from "../draw/part.js";
import { Answering } from "../wall/answering.js";
import { describe } from "../wall/describe.js";
import { bars } from "./bars.js";
import { dot } from "./dot.js";
import { atAGlance } from "./glance.js";
import { Listening } from "./listening.js";
import { address } from "./requests.js";

const USED = "button:not(.fold), input"; // of the sliders: who uses one of these goes on alone
const KEYS = /^(Arrow|Page|Home|End|Delete|Backspace)/; // that move a slider
const NOT_HERE = "The presenter's network is not on this server any more: the pictures are another one's.";
const ELSEWHERE = " The app shows it; here is the presenter's digit.";

const byId = (id) => document.getElementById(id);

class FollowPage {
  constructor({ pages, first, pen, style }, name) {
    Object.assign(this, { pages, name, following: true, seen: null, count: 0, missing: "" });
    this.spoken = aloud();
    this.bars = bars();
    this.output = imageCanvas("presented", "what the presenter's page shows in place of a decoded digit");
    this.output.hidden = true;
    this.instrument = document.querySelector(".draw");
    this.alone = new Promise((resolve) => (this.goAlone = resolve));
    this.buildPen(pen);
    this.laser = dot((part) => ({ line: byId("words"), input: this.deck.input, latent: this.bars.element, output: this.output.hidden ? this.deck.output : this.output })[part]);
    document.body.append(this.laser.element);
    this.buildSliders(first, style);
    byId("back").addEventListener("click", () => this.follow());
    byId("where").after(this.spoken.element);
    this.answering = new Answering(name, pen, async (model) => (model === this.used.model.name ? this.used : describe(model)));
    this.answering.onSent = () => this.showState();
    byId("answer").addEventListener("click", () => this.answering.open());
    this.listening = new Listening(new URL(`follow/${name}/events`, document.baseURI), {
      take: (message) => this.take(message),
      ask: () => fetch(address(`/${name}`)).then((response) => response.json()), // of an nginx that hands events out (deploy/hall)
      say: (isHere) => this.showState(isHere ? "" : "Connection lost: trying again."),
    });
  }

  buildPen(pen) {
    const [undo, clear] = this.instrument.querySelectorAll(".pen button");
    this.canvas = sketch(pen, { onDrawing: (drawing) => this.following || this.deck.follow(drawing), onPast: (some) => (undo.disabled = !some) });
    undo.addEventListener("click", () => this.canvas.undo());
    clear.addEventListener("click", () => this.canvas.clear());
    this.paper = this.instrument.querySelector(".paper");
    this.paper.append(this.canvas.element);
    this.paper.addEventListener("pointerdown", () => this.takePen(), true);
    this.instrument.append(this.bars.element, this.output);
  }

  buildSliders(first, style) {
    const live = this.instrument.querySelector(".live");
    this.host = live.attachShadow({ mode: "open" });
    this.host.append(h("style", {}, style));
    this.used = first;
    this.deck = firstFrame.show(render, this.host, this.dataOf(first));
    this.deck.beforeTeacher = () => {
      this.deck.root.dataset.ready = "true";
      this.deck.head.load(() => this.deck.others.soon());
      return this.alone; // in a full hall the small network has to do for those who only look
    };
    const uses = (event) => event.composedPath().some((one) => one.matches?.(USED));
    for (const type of ["input", "click"]) live.addEventListener(type, (event) => uses(event) && this.letGo(), true);
    live.addEventListener("keydown", (event) => KEYS.test(event.key) && uses(event) && this.letGo(), true);
  }

  /** What the sliders get of a model, as Python describes it. */
  dataOf({ model, directions, isDrawn }) {
    const zeros = Array(model.numbers).fill(0);
    this.paper.toggleAttribute("inert", !isDrawn);
    return { seq: ++this.count, reason: "followed", hint: "", model, atlas: null, directions, isDrawn: false, image: null, encoded: zeros, latent: zeros, decoded: null };
  }

  // ---- from the presenter ------------------------------------------------------------------------------------

  take({ problem, scene }) {
    if (problem) return this.end(problem);
    if (!scene) return this.showState("");
    this.seen = atAGlance(scene);
    this.answering.take(scene.poll);
    this.showWords();
    this.showState("");
    if (this.following) this.show();
  }

  async show() {
    const { model } = this.seen;
    if (model !== this.used.model.name) await this.useModel(model);
    if (!this.following) return;
    const { shown, output, isForeign, laser } = this.seen;
    followScene(shown);
    if (Array.isArray(shown.latent)) this.bars.show(shown.latent.filter(Number.isFinite));
    this.showOutput(output, isForeign);
    this.laser.show(laser);
  }

  /** Show a picture in place of what the sliders decode, null for none. One that `isForeign` has other numbers than the sliders. */
  showOutput(output, isForeign = false) {
    this.output.hidden = !output;
    if (output) paint(this.output, imageFromBase64(output));
    this.instrument.classList.toggle("foreign", isForeign);
    this.host.host.toggleAttribute("data-foreign", isForeign);
  }

  /** Put another model on the sliders. */
  async useModel(name) {
    if (this.asked === name) return;
    this.asked = name;
    const found = await describe(name).catch(() => null);
    if (this.asked !== name) return; // another one was chosen meanwhile
    this.asked = "";
    this.missing = found ? "" : NOT_HERE;
    if (!found || !this.following) return;
    this.used = found;
    followScene(null);
    render({ data: this.dataOf(found), parentElement: this.host, setStateValue() {}, setTriggerValue() {} });
  }

  showWords() {
    const { page, line, words, isElsewhere } = this.seen, { title = "a page", sentence = "" } = this.pages[page] ?? {};
    const text = line || `${words || sentence}${isElsewhere ? ELSEWHERE : ""}`;
    say(byId("page"), title);
    say(byId("words"), text);
    byId("words").classList.toggle("line", Boolean(line));
    byId("there").classList.toggle("wanted", isElsewhere);
    if (Object.hasOwn(this.pages, page)) byId("there").href = `./${page}?room=${this.name}`;
    this.spoken.say(`The presenter is on ${title}. ${text}`);
  }

  end(problem) {
    this.letGo();
    this.problem = problem;
    say(byId("where"), "Nobody presents here.");
    byId("there").href = "./";
    this.showState(problem);
  }

  // ---- from the visitor --------------------------------------------------------------------------------------

  takePen() {
    this.letGo();
    this.deck.root.classList.remove("pictures");
    this.instrument.classList.add("drawn");
  }

  /** Go on alone with what is shown. */
  letGo() {
    if (!this.following) return;
    this.following = false;
    this.goAlone();
    if (this.seen) followScene(this.seen.table); // a picture that stands for something else is not the visitor's
    this.showOutput(null);
    ownScene();
    this.laser.show(null);
    this.showState();
  }

  follow() {
    this.following = true;
    this.instrument.classList.remove("drawn");
    this.deck.root.classList.add("pictures");
    this.canvas.show([]);
    if (this.seen) this.show();
    this.showState();
    byId("state").focus();
  }

  /** Say in the bar whether the page follows, or what is in the way. */
  showState(notice = this.notice) {
    this.notice = notice;
    const alone = this.seen ? "You are playing on your own." : "";
    const following = this.seen ? this.missing || `Following ${this.name}` : `Connecting to ${this.name} …`, { poll, isAsked } = this.answering;
    const asked = isAsked ? "The presenter asks you:" : "";
    say(byId("state"), this.problem || notice || asked || (this.following ? following : alone));
    byId("back").hidden = this.following || Boolean(this.problem);
    byId("answer").hidden = !poll?.open || Boolean(this.problem);
    byId("another").hidden = !this.problem;
  }
}

const [name] = location.pathname.split("/").slice(-1);
new FollowPage(JSON.parse(byId("follow-data").textContent), name);
