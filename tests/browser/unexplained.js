// Evaluates to a function that gets the terms of `ui/services/terms.py` and returns those that stand on the page without
// an explanation: in a text, where they stand first; on a button or in a list, anywhere on the page.

(terms) => {
  const APART = "h1, h2, h3, nav, code, pre, textarea, .katex, .js-plotly-plot, [role='status'], [role='tooltip'], [data-testid='stAlert'], [data-testid='stFileUploader']";
  const CONTROL = "button, a, select, label, [role='combobox'], [data-testid='stExpander'] summary";
  const HELPED = "[data-testid='stWidgetLabel']:has([data-testid='stTooltipIcon'])";
  const up = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  const within = (element, what) => {
    for (let one = element; one; one = up(one)) if (one.matches(what)) return true;
    return false;
  };
  const texts = function* (root) {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) yield node;
      else if (node.nodeType === Node.ELEMENT_NODE && !node.matches("script, style, template, noscript, svg")) yield* texts(node.shadowRoot ?? node);
    }
  };
  const longest = [...terms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`\\b(${longest.join("|")})s?\\b`, "gi");
  const [first, controls, explained] = [new Map(), new Map(), new Set()];
  for (const node of texts(document.body)) {
    const element = node.parentElement ?? node.getRootNode().host;
    if (!element.checkVisibility({ visibilityProperty: true }) || within(element, APART)) continue;
    const isWord = within(element, ".explained") || within(element, HELPED);
    if (within(element, ".explained.question")) for (const term of terms) if (element.ariaLabel?.includes(term)) explained.add(term.toLowerCase());
    for (const [, found] of node.data.matchAll(pattern)) {
      const term = found.toLowerCase();
      if (isWord) explained.add(term);
      else if (within(element, CONTROL)) controls.set(term, node.data);
      if (isWord || !within(element, CONTROL)) if (!first.has(term)) first.set(term, isWord ? null : node.data);
    }
  }
  const late = [...first].filter(([, text]) => text !== null);
  const never = [...controls].filter(([term]) => !explained.has(term));
  return [...late, ...never].map(([term, text]) => `${term}: ${text.trim().slice(0, 90)}`);
}
