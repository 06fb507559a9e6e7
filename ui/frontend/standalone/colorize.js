// The Colorize page in one file, without a server. The live part is the app's own; what Python does for it there is done
// here: it keeps the state.

import colorize from "../../features/colorize/part.js";
import { h } from "../lib/paint.js";
import { carryAll } from "./carried.js";

const { files, data, style } = JSON.parse(document.getElementById("demo").textContent);
carryAll(files);

const live = h("div", { class: "live" }), root = live.attachShadow({ mode: "open" });
root.append(h("style", {}, style));
document.querySelector("main").append(live);
colorize({ data, parentElement: root, setStateValue: () => {}, setTriggerValue: () => {} });
