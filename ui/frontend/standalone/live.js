// A page of one live part in one file, without a server. The live part is the app's own; what Python does for it there is
// done here: it keeps the state.

import { h } from "../lib/paint.js";
import { carryAll } from "./carried.js";

/** Put a live part, the default export of its module, on the page. */
export function showAlone(part) {
  const { files, data, style } = JSON.parse(document.getElementById("demo").textContent);
  carryAll(files);
  const live = h("div", { class: "live" }), root = live.attachShadow({ mode: "open" });
  root.append(h("style", {}, style));
  document.querySelector("main").append(live);
  part({ data, parentElement: root, setStateValue: () => {}, setTriggerValue: () => {} });
}
