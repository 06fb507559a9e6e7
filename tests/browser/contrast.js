// Evaluates to a function that computes the contrast of every text on the page with what it is on, where that is one
// colour; axe leaves out what is small, disabled by its looks, or in an SVG. Returns a sentence for each that is too faint.

() => {
  const [LEAST, OF_LARGE, LARGE, LARGE_BOLD] = [4.5, 3, 24, 18.66]; // ratios, and px of letters
  const ELSEWHERE = "[data-testid='stSliderThumbValue']"; // is not where it is in the page's tree
  const OF_ITSELF = "style, script, noscript, template, title, option, canvas, .katex-mathml, [aria-hidden='true'], :disabled, [data-testid='stIconMaterial'], .js-plotly-plot";

  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = ([r, g, b, a], below) => [r, g, b].map((v, i) => a * v + (1 - a) * below[i]);
  const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  function contrast(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }

  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const up = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const ancestors = function* (element) {
    for (let one = element; one; one = up(one)) yield one;
  };

  /** What is behind a text, and how much of it shows; null where that is a picture. */
  function ground(element) {
    const layers = [];
    let opacity = 1;
    for (const one of ancestors(element)) {
      const style = getComputedStyle(one);
      opacity *= Number(style.opacity);
      if (style.backgroundImage !== "none") return null;
      const colour = rgba(style.backgroundColor);
      if (colour[3]) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return { colour: layers.reduceRight((below, colour) => over(colour, below), [255, 255, 255]), opacity };
  }

  const found = [];
  for (const root of roots(document)) {
    const walker = document.createTreeWalker(root === document ? document.body : root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
      if (!text || !element || element.closest(OF_ITSELF) || element.closest(ELSEWHERE) || !element.checkVisibility({ visibilityProperty: true })) continue;
      const style = getComputedStyle(element), behind = ground(element);
      if (!behind || !behind.opacity || !element.getClientRects().length) continue;
      const [r, g, b, a] = rgba(element instanceof SVGElement ? style.fill : style.color);
      const ratio = contrast(over([r, g, b, a * behind.opacity], behind.colour), behind.colour);
      const size = parseFloat(style.fontSize), isLarge = size >= LARGE || (size >= LARGE_BOLD && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? OF_LARGE : LEAST)) found.push(`“${text.slice(0, 30)}” has a contrast of ${ratio.toFixed(2)}`);
    }
  }
  return [...new Set(found)];
}
