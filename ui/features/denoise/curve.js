// A chart of PSNR against the noise level, for the digit on the table and the very noise that is shown. Plotly draws.

import { followDrag } from "../../frontend/lib/drag.js";
import { quantise } from "../../frontend/lib/latent.js";
import { peakSignalToNoise } from "../../frontend/lib/measures.js";
import { comesNear } from "../../frontend/lib/pace.js";
import { h } from "../../frontend/lib/paint.js";

const LEVELS = Array.from({ length: 26 }, (_, k) => k / 25);
const MARGIN = { l: 44, r: 12, t: 8, b: 40 }; // px, around the plot; the mark of the level is laid over it
const HIGHEST = 32; // dB; what is better is as good as the clean digit

const STYLE = "plotly.js-style-global";

const scripts = new Map();

function loadScript(url) {
  if (!scripts.has(url))
    scripts.set(
      url,
      new Promise((resolve, reject) => {
        document.head.append(h("script", { src: url, onload: resolve, onerror: () => reject(new Error("the chart could not be loaded")) }));
      }),
    );
  return scripts.get(url);
}

// Plotly writes its style into the document's head, which does not reach into a component.
function adoptStyle(root) {
  const style = document.getElementById(STYLE);
  if (!style || root === document || root.getElementById(STYLE)) return;
  root.append(h("style", { id: STYLE }, Array.from(style.sheet.cssRules, (rule) => rule.cssText).join("\n")));
}

/**
 * The chart: {element, mark(level), draw(request), stop()}. A request is {image, corruptAt(level), series: [{name, colour,
 * dash, redraw(image)}], seen: [low, high] or null, axis}; it is computed when the browser has time. The mark of the level is
 * dragged along: `begin()`, choose(level), `end()`.
 */
export function curve(plotly, { begin, choose, end }) {
  const plot = h("div", { class: "plot", "data-testid": "curve" });
  const line = h("i", { class: "now", "aria-hidden": "true" });
  Object.assign(line.style, { left: `${MARGIN.l}px`, right: `${MARGIN.r}px`, top: `${MARGIN.t}px`, bottom: `${MARGIN.b}px` });
  const element = h("div", { class: "curve" }, plot, line);
  const levelAt = (along) => (along * element.clientWidth - MARGIN.l) / (element.clientWidth - MARGIN.l - MARGIN.r);
  followDrag(element, { begin, move: (along) => choose(quantise(Math.min(Math.max(levelAt(along), 0), 1))), end });
  let newest = 0, near = null;

  async function draw(request) {
    const mine = ++newest;
    await (near ??= comesNear(element));
    await loadScript(plotly);
    adoptStyle(element.getRootNode());
    const ratios = request.series.map(() => []);
    for (const level of LEVELS) {
      await idle();
      if (mine !== newest) return; // the visitor has moved on
      const corrupted = request.corruptAt(level);
      request.series.forEach(({ redraw }, i) => {
        const ratio = peakSignalToNoise(redraw(corrupted), request.image);
        ratios[i].push(ratio > HIGHEST ? null : ratio);
      });
    }
    const colour = getComputedStyle(element).color; // rgb(r, g, b)
    window.Plotly.react(plot, traces(request, ratios), layout(request, colour, colour.replace(")", ", 0.15)").replace("rgb(", "rgba(")), {
      displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false,
    });
    plot.dataset.drawn = String(mine);
  }

  return {
    element,
    draw,
    mark(level) {
      line.style.transform = `translateX(${100 * level}%)`; // on a layer of its own: the chart is not painted anew
    },
    stop() {
      newest++;
    },
  };
}

function traces({ series }, ratios) {
  return series.map(({ name, colour, dash }, i) => ({
    name, x: LEVELS, y: ratios[i], mode: "lines", line: { color: colour, width: 2.5, dash, shape: "spline", smoothing: 0.5 },
    hovertemplate: `%{y:.1f} dB<extra>${name}</extra>`,
  }));
}

function layout({ seen, axis }, colour, grid) {
  const fixed = { fixedrange: true, gridcolor: grid, zeroline: false, linecolor: grid };
  const [low, high] = seen ?? [0, 0];
  const shade = { type: "rect", xref: "x", yref: "paper", x0: low, x1: high, y0: 0, y1: 1, fillcolor: colour, opacity: 0.07, line: { width: 0 }, layer: "below" };
  return {
    margin: MARGIN, paper_bgcolor: "transparent", plot_bgcolor: "transparent", hovermode: "x", dragmode: false, showlegend: false,
    font: { color: colour, size: 12, family: "system-ui, sans-serif" },
    xaxis: { ...fixed, range: [0, 1], title: { text: axis, standoff: 6 } },
    yaxis: { ...fixed, range: [0, HIGHEST], title: { text: "PSNR in dB", standoff: 4 } },
    shapes: seen && high > low ? [shade] : [],
  };
}

const idle = () => new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve, { timeout: 200 }));
