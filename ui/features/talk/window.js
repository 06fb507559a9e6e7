// Windows besides the page's own, which look like one of its live parts.

import { h } from "../../frontend/lib/paint.js";

export const BLOCKED = "The browser did not open the window: allow this page to open windows, then try again.";

/** Open a window that holds an element, in the style of the live part with this `root`, and `style`; null where the browser does not. */
export function windowWith(element, { title, name, features, root, style = "" }) {
  const opened = window.open("", name, features);
  if (!opened) return null;
  const { document } = opened;
  document.documentElement.lang = "en";
  document.head.replaceChildren(h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }), h("style", {}, styleOf(root) + style));
  document.title = title;
  document.body.replaceChildren(element);
  return opened;
}

// The style sheets of a live part (services/bundle.py), with the values that the page gives its variables.
function styleOf(root) {
  const { adoptedStyleSheets } = root.getRootNode(), rules = adoptedStyleSheets.flatMap(({ cssRules }) => [...cssRules]);
  const sheets = rules.map(({ cssText }) => cssText).join("\n");
  const computed = getComputedStyle(root), names = new Set(sheets.match(/--(?:st|part)-[a-z-]+/g));
  const values = [...names].map((name) => `${name}: ${computed.getPropertyValue(name)};`).join(" ");
  return `:root { ${values} color-scheme: ${computed.colorScheme}; }\n${sheets.replaceAll(":host", ":root")}`;
}
