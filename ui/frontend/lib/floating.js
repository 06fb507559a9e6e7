// What floats above all pages for the whole visit: a place of its own in the document, in the theme that Streamlit shows.

import { h } from "./paint.js";

const STYLE = `
  * { box-sizing: border-box; }
  [popover]:not(:popover-open), [hidden] { display: none; }
  button, select, input {
    font: inherit; color: inherit; background: var(--background); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; min-height: 34px;
  }
  button { cursor: pointer; }
  button:hover:not(:disabled) { border-color: var(--accent); }
  button:disabled { opacity: .4; cursor: default; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  @media (pointer: coarse) { button, select, input { min-width: 44px; min-height: 44px; } }`;

/** Add elements with their style to the document, under a name; `dress()` gives them the colours of Streamlit's theme. */
export function floating(name, style, ...elements) {
  const host = h("div", { id: name });
  host.attachShadow({ mode: "open" }).append(h("style", {}, STYLE + style), ...elements);
  document.body.append(host);
  const dress = () => {
    const { color, backgroundColor, colorScheme, fontFamily } = getComputedStyle(document.querySelector(".stApp") ?? document.body);
    const looks = { "--text": color, "--background": backgroundColor, "--font": fontFamily, "color-scheme": colorScheme };
    for (const [property, value] of Object.entries(looks)) if (host.style.getPropertyValue(property) !== value) host.style.setProperty(property, value);
  };
  const own = { "--accent": "var(--part-latent)", "--line": "color-mix(in srgb, var(--text) 24%, transparent)", "--soft": "color-mix(in srgb, var(--text) 70%, transparent)" };
  for (const [property, value] of Object.entries(own)) host.style.setProperty(property, value);
  return { host, dress };
}
