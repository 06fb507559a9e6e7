// The silhouette of encoder and decoder behind the layers, and the lines that enlarge the latent.

import { svg } from "../../frontend/lib/paint.js";

const AIR = 5; // px between a layer and the outline

/**
 * The outline: {element, draw(picture, boxes, latent, lens, down)}. `boxes` are the rectangles of all layers and of the
 * reconstruction, `latent` the place of the latent among them; `down` says whether the data flows down the page.
 */
export function outline() {
  const [encoder, decoder] = ["encoder", "decoder"].map((part) => svg("polygon", { "data-part": part }));
  const [encoderName, decoderName] = [svg("text", { "data-part": "encoder" }, "Encoder, z = f(x)"), svg("text", { "data-part": "decoder" }, "Decoder, x̃ = g(z)")];
  const fan = svg("polygon", { class: "fan", "data-part": "latent" });
  const attributes = { class: "outline", "aria-hidden": "true", preserveAspectRatio: "none" };
  const element = svg("svg", attributes, encoder, decoder, fan, encoderName, decoderName);

  function draw(base, boxes, k, lensBox, down) {
    // Along the flow from ... to, across it low ... high.
    const flat = ({ left, right, top, bottom }) =>
      down
        ? { from: top - base.top, to: bottom - base.top, low: left - base.left, high: right - base.left }
        : { from: left - base.left, to: right - base.left, low: top - base.top, high: bottom - base.top };
    const point = (along, across) => (down ? `${across},${along}` : `${along},${across}`);
    const hull = (sides) => {
      const one = sides.flatMap(({ from, to, low }) => [point(from, low - AIR), point(to, low - AIR)]);
      const other = sides.flatMap(({ from, to, high }) => [point(from, high + AIR), point(to, high + AIR)]).reverse();
      return [...one, ...other].join(" ");
    };
    const name = (text, from, to) => {
      const at = down ? { x: base.width, y: from + 16, "text-anchor": "end" } : { x: (from + to) / 2, y: 14, "text-anchor": "middle" };
      for (const [key, value] of Object.entries(at)) text.setAttribute(key, value);
    };
    const ends = boxes.map(flat), lens = flat(lensBox);
    const [first, latent, last] = [ends[0], ends[k], ends.at(-1)];
    encoder.setAttribute("points", hull([{ ...first, from: first.to }, ...ends.slice(1, k), { ...latent, to: latent.from }]));
    const enlarged = [point(latent.to, latent.low), point(lens.from, lens.low), point(lens.from, lens.high), point(latent.to, latent.high)];
    fan.setAttribute("points", enlarged.join(" "));
    decoder.setAttribute("points", hull([{ ...latent, from: lens.to, to: lens.to }, ...ends.slice(k + 1, -1), { ...last, to: last.from }]));
    name(encoderName, first.to, latent.from);
    name(decoderName, lens.to, last.from);
    element.setAttribute("viewBox", `0 0 ${base.width} ${base.height}`);
  }

  return { element, draw };
}
