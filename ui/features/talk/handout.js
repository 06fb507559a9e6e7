// The hand-out: all scenes with their notes on paper, or as a PDF, which is what browsers print to.

import { h } from "../../frontend/lib/paint.js";
import { Player } from "./player.js";
import { BLOCKED, windowWith } from "./window.js";

const ON_PAPER = ":root { --st-background-color: #fff; --st-text-color: #111; color-scheme: light; }";

/** Open the talk of a live part as sheets of paper, and print them; `said(sentence)` says what went wrong. */
export function handOut({ player: { talk }, player, root }, pen, said) {
  const players = talk.scenes.map(() => new Player(pen));
  const scene = ({ line, notes = "" }, i) =>
    h(
      "section",
      {},
      h("div", { class: "frame", role: "img", "aria-label": line }, h("div", { class: "screen" }, players[i].element)),
      h("p", {}, h("b", {}, `${i + 1} `), notes),
    );
  const sheets = h("main", { class: "part stage sheets" }, h("h1", {}, talk.title), ...talk.scenes.map(scene));
  const opened = windowWith(sheets, { title: talk.title, name: "_blank", root, style: ON_PAPER });
  if (!opened) return said(BLOCKED);
  said("");
  players.forEach((one, i) => {
    one.share(player);
    one.show(i, { still: true });
  });
  opened.requestAnimationFrame(() => opened.requestAnimationFrame(() => opened.print())); // once all is painted
}
