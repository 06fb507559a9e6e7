// A latent as small bars, one per dimension, up for positive and down for negative; whitened, so 3 is a lot.

import { h, svg } from "../../frontend/lib/paint.js";

const RANGE = 3.5;

/** Rows of bars under each other, on one scale: {element, show({name: latent})}. */
export function latentBars(rows) {
  const parts = Object.entries(rows).map(([name, label]) => {
    const drawing = svg("svg", { preserveAspectRatio: "none", "data-testid": `latent-${name}` });
    const distance = h("small");
    return { name, drawing, distance, row: h("div", { class: `bars ${name}` }, h("span", {}, label, distance), drawing) };
  });

  function show(latents) {
    const reference = latents[parts[0].name];
    for (const { name, drawing, distance } of parts) {
      const latent = latents[name];
      draw(drawing, latent ?? []);
      const apart = latent && latent !== reference ? Math.hypot(...latent.map((v, i) => v - reference[i])) : null;
      distance.textContent = apart === null ? "" : `${apart.toFixed(2)} away`;
    }
  }

  return { element: h("div", { class: "latents" }, ...parts.map(({ row }) => row)), show };
}

function draw(drawing, latent) {
  if (drawing.childElementCount !== latent.length) {
    drawing.setAttribute("viewBox", `0 ${-RANGE} ${latent.length} ${2 * RANGE}`);
    drawing.replaceChildren(...Array.from(latent, (_, i) => svg("rect", { x: i + 0.15, width: 0.7 }, svg("title"))));
  }
  latent.forEach((value, i) => {
    const bar = drawing.children[i], height = Math.min(Math.abs(value), RANGE);
    bar.setAttribute("y", value > 0 ? -height : 0);
    bar.setAttribute("height", height);
    bar.firstChild.textContent = `z${i + 1} = ${value.toFixed(2)}`;
  });
}
