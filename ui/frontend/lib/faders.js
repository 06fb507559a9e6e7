// The latent for the last row of a hall: upright faders, as on a mixing desk.

import { quantise } from "./latent.js";
import { svg } from "./paint.js";
import { hop } from "./talk_scene.js";

const HIGH = 160, REACH = 3.2; // of the drawing below; latents are whitened, so 3 is a lot
const SWEEP = { kind: "sweep", from: -2.5, to: 2.5, seconds: 6, repeat: false };
const FARTHEST = 6; // of a number of the latent

export const STYLE = `
  .latent svg { overflow: visible; }
  .latent .zero { stroke: var(--ink); stroke-width: .8; opacity: .5; }
  .latent .rail { stroke: color-mix(in srgb, var(--ink) 28%, transparent); stroke-linecap: round; }
  .latent .bar { stroke: var(--part); }
  .latent circle { fill: var(--ink); }
  .latent .chosen circle { fill: var(--part); stroke: var(--ink); stroke-width: 1.4; }
  .latent .chosen .rail { stroke: var(--ink); }
  dialog .latent svg { touch-action: none; cursor: ns-resize; }
`;

/** A latent as upright faders, one per dimension: {element, show(latent, chosen)}; move(i, value) says which one is dragged where. */
export function faders(move) {
  const element = svg("svg", { viewBox: `0 0 ${HIGH} ${HIGH}`, role: "img", "aria-label": "the latent", "data-testid": "stage-latent" });
  let lines = [];
  const HALF = HIGH / 2 - 8; // from 0 to the end of a rail
  const y = (value) => HIGH / 2 - (Math.min(Math.max(value, -REACH), REACH) / REACH) * HALF;
  dragged(element, (x, at, taken) => {
    const i = taken ?? Math.min(Math.max(Math.floor((x / HIGH) * lines.length), 0), lines.length - 1);
    move(i, Math.min(Math.max(((HIGH / 2 - at) / HALF) * REACH, -REACH), REACH));
    return i;
  });
  return {
    element,
    show(latent, chosen) {
      const wide = HIGH / latent.length;
      if (lines.length !== latent.length) {
        lines = Array.from(latent, (_, i) => {
          const x = (i + 0.5) * wide;
          const [rail, bar] = ["rail", "bar"].map((name) => svg("line", { class: name, x1: x, x2: x, y1: y(REACH), y2: y(-REACH), "stroke-width": wide * (name === "bar" ? 0.5 : 0.12) }));
          return { bar, thumb: svg("circle", { cx: x, r: Math.min(0.42 * wide, 8) }), group: svg("g"), rail };
        });
        for (const { group, rail, bar, thumb } of lines) group.append(rail, bar, thumb);
        element.replaceChildren(svg("line", { class: "zero", x1: 0, x2: HIGH, y1: HIGH / 2, y2: HIGH / 2 }), ...lines.map(({ group }) => group));
      }
      latent.forEach((value, i) => {
        const { group, bar, thumb } = lines[i];
        bar.setAttribute("y1", y(0));
        bar.setAttribute("y2", y(value));
        thumb.setAttribute("cy", y(value));
        group.classList.toggle("chosen", i === chosen);
      });
    },
  };
}

// Follow a pointer over a drawing of HIGH units: go(x, y, what) is called where it goes, with what it returned for the press.
function dragged(element, go) {
  let held = null; // {pointer, what}
  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [((clientX - left) / width) * HIGH, ((clientY - top) / height) * HIGH];
  };
  const handlers = {
    pointerdown(event) {
      if (event.button || held) return;
      element.setPointerCapture(event.pointerId);
      held = { pointer: event.pointerId, what: go(...at(event), null) };
    },
    pointermove(event) {
      if (event.pointerId === held?.pointer) go(...at(event), held.what);
    },
    lostpointercapture() {
      held = null;
    },
  };
  for (const [type, handler] of Object.entries(handlers)) element.addEventListener(type, handler);
}

/** A kind of scene with faders that keys choose and move, and hands drag; `latent`, `slider` (its index, or null) and `render()` are its own. */
export const withFaders = (Scene) => class extends Scene {
  choose(by) {
    const n = this.latent.length;
    this.slider = this.slider === null ? (by > 0 ? 0 : n - 1) : (this.slider + by + n) % n;
    this.render();
  }

  nudge(by) {
    this.stop();
    this.slider ??= 0;
    const value = Math.min(Math.max(this.latent[this.slider] + by, -FARTHEST), FARTHEST);
    this.setLatent(this.latent.with(this.slider, quantise(value)));
  }

  drag(i, value) {
    this.stop();
    this.slider = i;
    this.setLatent(this.latent.with(i, quantise(value)));
  }

  sweep() {
    this.slider ??= 0;
    this.play({ ...SWEEP, slider: this.slider + 1 });
  }

  setLatent(latent) {
    this.latent = latent;
    this.render();
  }
};

/** How far a sweep has moved a fader at a fraction of its time: from 0 to both ends and back. */
export const sweptBy = (from, to, t) => hop([[0], [to], [from], [0]], t)[0];

/** A latent whose number i sweeps from where it is to both ends and back, at a fraction of the time. */
export function swept(latent, i, from, to, t) {
  const away = hop([[0], [1], [1], [0]], t)[0]; // from where it is
  return latent.with(i, (1 - away) * latent[i] + sweptBy(from, to, t));
}
