// Brings the visitor's own pictures to train on: chosen or dropped files, which are streamed to the server.

import { root as appRoot } from "../../frontend/lib/address.js";
import { mount } from "../../frontend/lib/component.js";
import { button, h } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";

const KEY = "playground-own-pictures";
const MEGABYTES = 50;
const KINDS = ".npz,.npy,.csv,.txt,.gz,.zip,.parquet,.data,.train,.test";

class Bring extends Part {
  isUndone = false;

  constructor(root) {
    super();
    this.build(root);
  }

  update(data, reports) {
    super.update(data, reports);
    this.secret = data.secret;
    if (data.secret) keep(data.secret);
    else if (!this.asked && kept()) this.trigger("brought", { secret: kept() }); // of an earlier visit
    this.asked = true;
    this.away.hidden = !data.secret;
    this.root.dataset.ready = "true";
  }

  /** Send one or two files; the second completes the first. */
  async bring(list) {
    const files = [...list].sort((a, b) => b.size - a.size); // pictures before labels
    if (!files.length || this.sending) return;
    if (files.length > 2) return this.say("Bring one file, or two: pictures and their labels.");
    const large = files.find((file) => file.size > MEGABYTES * 1e6);
    if (large) return this.say(`The file ${large.name} is larger than ${MEGABYTES} MB.`);
    let secret = "", answer = null;
    try {
      for (const [i, file] of files.entries()) {
        answer = await this.send(file, `${secret && `/${secret}`}${i < files.length - 1 ? "?more" : ""}`);
        if (answer.problem) break;
        ({ secret } = answer);
      }
    } catch {
      answer = { problem: "The server did not answer: try again." };
    }
    this.bar.hidden = true;
    this.sending = null;
    this.say(answer.problem ?? "");
    if (!answer.problem) this.trigger("brought", { secret, chosen: true });
  }

  send(file, place) {
    return new Promise((resolve, reject) => {
      const request = (this.sending = new XMLHttpRequest()); // fetch does not tell how much has been sent
      request.open("POST", new URL(`own-data${place}`, appRoot()));
      request.setRequestHeader("x-file-name", encodeURIComponent(file.name.slice(-60)));
      request.responseType = "json";
      request.upload.onprogress = ({ loaded, total }) => {
        this.bar.value = total ? loaded / total : 0;
        this.say(loaded < total ? `Sending ${file.name} …` : `Reading ${file.name} …`);
      };
      request.onload = () => (request.response ? resolve(request.response) : reject(new Error(`HTTP ${request.status}`)));
      request.onerror = request.ontimeout = () => reject(new Error("no answer"));
      this.bar.hidden = false;
      this.say(`Sending ${file.name} …`);
      request.send(file);
    });
  }

  putAway() {
    keep("");
    this.say("");
    this.trigger("brought", { secret: null });
  }

  build(root) {
    const input = h("input", { type: "file", multiple: true, accept: KINDS, hidden: true, "data-testid": "own-files" });
    input.onchange = () => {
      this.bring(input.files);
      input.value = "";
    };
    const choose = button("Bring your own pictures", "npz, npy, idx, CSV, parquet, or a zip of PNG and JPEG", () => input.click());
    this.away = button("Put them away", "train on digits again", () => this.putAway());
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "sent" });
    const zone = h("div", { class: "bring" }, h("div", { class: "row" }, choose, this.away, input), this.bar, this.status);
    zone.ondragover = (event) => {
      if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    };
    zone.ondrop = (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.bring(event.dataTransfer.files);
    };
    const words =
      "npz, npy, idx (pictures and labels: choose both), CSV, parquet, or a zip of PNG and JPEG whose folders are the classes; 20 to 100,000 pictures, 50 MB. " +
      "They are kept on this server, for your trainings alone, at most twelve hours, and with a training as long as it is kept.";
    this.root = h("div", { class: "part" }, zone, h("p", { class: "words" }, words));
    root.append(this.root);
  }

  stop() {
    this.sending?.abort();
    super.stop();
  }
}

function kept() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function keep(secret) {
  try {
    localStorage.setItem(KEY, secret);
  } catch {
    // a browser that keeps nothing: until the page is reloaded
  }
}

export default mount(Bring);
