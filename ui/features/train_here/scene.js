// What a talk shows of a training: a network learns on stage. It begins when the scene does; the key for something random
// lets another one begin, the one for going back starts this one over. Where the hall has drawn enough, it learns from that.

import { COLOURS } from "../../frontend/lib/colours.js";
import { h } from "../../frontend/lib/paint.js";
import { TalkScene } from "../../frontend/lib/talk_scene.js";
import { paintCurves, paintPairs } from "../../frontend/training/charts.js";
import { Session } from "./session.js";
import { hasRooms, roomsOwn } from "./sources.js";

const BATCH = 64, COUNT = 2400, EPOCHS = 20, DECAY = 1e-4;
const SEED = 1; // of the first network: a talk shows the same each time

export default class TrainingScene extends TalkScene {
  static style = `
    .parts .errors canvas { image-rendering: auto; background: none; width: 100%; height: 100%; }
    .parts .redrawn canvas { aspect-ratio: 1; object-fit: contain; background: #000; }`;

  constructor(options) {
    super(options);
    for (const part of ["redrawn", "errors"]) this.add(part, h("canvas", { "data-testid": `stage-${part}`, role: "img", "aria-label": part === "errors" ? "error over the epochs" : "digits, redrawn", width: 224, height: 224 }));
    this.session = new Session(() => new Worker(new URL("../train_here/worker.js", import.meta.url), { type: "module" }));
    this.session.listeners.add(() => this.heard());
    this.begin(SEED);
  }

  begin(seed) {
    const { spec, rate, strokes } = this.shown.data;
    this.seed = seed;
    this.isOfRoom = hasRooms();
    const source = this.isOfRoom ? roomsOwn(seed) : { kind: "drawn", strokes, count: COUNT, seed };
    this.session.prepare({ preset: "", spec, rate, epochs: EPOCHS, batch: BATCH, decay: DECAY, seed }, source, null);
  }

  heard() {
    const { session, panels: { redrawn, errors } } = this;
    if (this.wasShown && !redrawn.picture.isConnected) return session.worker.terminate(); // another scene is shown
    this.wasShown ||= redrawn.picture.isConnected;
    if (session.phase === "ready") session.run();
    if (!session.view || !session.begun) return;
    const toImage = (bytes) => Float32Array.from(bytes, (v) => v / 255);
    paintPairs(redrawn.picture, [toImage(session.clean), toImage(session.view.redrawn)]);
    const { color } = getComputedStyle(errors.picture);
    paintCurves(errors.picture, { losses: session.losses, held: session.errors, epochs: EPOCHS }, { text: color, soft: color, train: COLOURS[0], validation: COLOURS[1] });
    redrawn.caption.textContent = `${this.isOfRoom ? "the hall's," : "after"} ${session.done.toLocaleString("en")} batches`;
    errors.caption.textContent = `error ${session.view.error.toFixed(4)}`;
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  random() {
    this.begin(this.seed + 1);
  }

  restore() {
    this.stop();
    this.begin(SEED);
  }
}
