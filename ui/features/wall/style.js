// What the wall and the sheet of a phone look like; both lie over the page.

const COMMON = `
  dialog { box-sizing: border-box; margin: 0; padding: 0; border: none; color: var(--text); background: var(--background); font: 15px/1.4 var(--font); }
  dialog::backdrop { background: rgb(0 0 0 / .5); }
  h2 { margin: 0; font-weight: 600; }
  p { margin: 0; }
  figure { margin: 0; }
  canvas { display: block; image-rendering: pixelated; background: #000; border-radius: 8px; }
  .primary { border-color: var(--accent); background: var(--accent); color: var(--background); font-weight: 600; }
  [aria-pressed="true"] { border-color: var(--accent); background: var(--accent); color: var(--background); }
  .explained { margin: 0 -3px; padding: 6px 3px; text-decoration: underline dotted; text-underline-offset: 3px; cursor: help; }
  @media (pointer: coarse) { .explained { margin: 0 -10px; padding: 15px 10px; } }
  .close { width: 44px; height: 44px; padding: 0; border: none; background: none; font-size: 22px; line-height: 1; }`;

export const SHEET = `${COMMON}
  dialog[open] { position: fixed; inset: 0; width: 100vw; height: 100dvh; max-width: none; max-height: none; padding: 0 16px 12px; overflow: auto;
    display: grid; gap: 10px; align-content: start; justify-items: center; }
  header { position: sticky; z-index: 1; top: 0; width: 100%; padding: 8px 0 4px; display: flex; gap: 8px; align-items: center; background: var(--background); }
  h2 { flex: 1; min-width: 0; font-size: 19px; line-height: 1.25; overflow-wrap: anywhere; }
  .close { flex: none; }
  .paper { width: min(100%, 38dvh, 420px); }
  .sketch { width: 100%; touch-action: none; user-select: none; cursor: crosshair; image-rendering: auto; outline: 1px solid var(--line); }
  .pictures { display: flex; gap: 16px; }
  .pictures canvas { width: 72px; height: 72px; margin: 0 auto; }
  figcaption { font-size: 12.5px; color: var(--soft); text-align: center; }
  .row { display: flex; gap: 8px; justify-content: center; }
  .row button { white-space: nowrap; padding: 5px 10px; }
  .privacy, .said { max-width: 460px; font-size: 14px; }
  .privacy { color: var(--soft); }
  .said { min-height: 2.8em; font-weight: 600; }
  @media (max-height: 500px) and (min-width: 560px) {
    dialog[open] { grid-template: "question question" auto "paper pictures" auto "paper row" auto "paper privacy" auto "paper said" 1fr / auto 1fr; justify-items: start; }
    header { grid-area: question; } .paper { grid-area: paper; width: calc(100dvh - 90px); } .pictures { grid-area: pictures; }
    .row { grid-area: row; } .privacy { grid-area: privacy; } .said { grid-area: said; }
    .pictures canvas { width: 64px; height: 64px; }
  }`;

export const WALL = `${COMMON}
  dialog[open] { position: fixed; inset: 0; width: 100vw; height: 100dvh; max-width: none; max-height: none; padding: 16px 24px; overflow: auto;
    display: grid; gap: 12px 24px; grid-template: "head head" auto "ask ask" auto "wall side" minmax(0, 1fr) / minmax(0, 1fr) minmax(220px, 26vw); }
  header { grid-area: head; display: flex; gap: 8px 16px; align-items: center; flex-wrap: wrap; padding-right: 48px; }
  h2 { font-size: clamp(20px, 2.6vw, 40px); line-height: 1.15; overflow-wrap: anywhere; }
  .count { font-size: clamp(16px, 1.6vw, 26px); color: var(--soft); font-variant-numeric: tabular-nums; }
  .close { position: absolute; top: 12px; right: 16px; }
  .ask { grid-area: ask; display: flex; gap: 8px; flex-wrap: wrap; align-items: center; }
  .ask input { flex: 1 1 16em; min-width: 0; max-width: 34em; }
  .ask select { flex: 0 1 12em; min-width: 0; }
  .said { flex-basis: 100%; min-height: 1.4em; font-size: 14px; color: var(--soft); }
  .wall { grid-area: wall; min-height: 220px; position: relative; overflow: hidden; }
  .wall canvas { background: none; cursor: pointer; border-radius: 0; }
  .wall canvas:focus-visible { outline-offset: -2px; }
  .nothing:not([hidden]) { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; font-size: clamp(16px, 1.6vw, 26px); color: var(--soft); border: 2px dashed var(--line); border-radius: 12px; pointer-events: none; }
  .side { grid-area: side; display: grid; gap: 10px; align-content: start; overflow: auto; padding: 2px; }
  .side canvas { width: 100%; max-width: 46dvh; margin: 0 auto; }
  .side .map canvas { image-rendering: auto; background: none; outline: 1px solid var(--line); max-width: 44dvh; }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
  figcaption { font-size: 13px; min-height: 2.8em; color: var(--soft); text-align: center; }
  .chosen { display: grid; grid-template-columns: 72px 1fr; gap: 12px; align-items: center; min-height: 72px; }
  .chosen canvas { width: 72px; height: 72px; }
  .chosen p { font-size: 14px; color: var(--soft); }
  @media (max-width: 760px) {
    dialog[open] { padding: 12px 16px; grid-template: "head" auto "ask" auto "wall" minmax(260px, 60dvh) "side" auto / minmax(0, 1fr); }
    .side { overflow: visible; }
  }
  @media (forced-colors: active) { canvas { outline: 1px solid CanvasText; } }`;
