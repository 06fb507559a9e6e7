// Evaluates to a function that finds text which cannot be read: where two texts lie on each other, where one is cut off
// by what it is in or by the window, or sticks out of its button. Returns a sentence for each.

() => {
  const CORE = 0.1; // of a line's height, above and below, that letters hardly use
  const ROOM = 1.5; // px of overlap that nobody sees
  const APART = 2; // px between two texts side by side, unless they are of one paragraph
  const PAGE = "[data-testid='stMain'], [data-testid='stAppViewContainer'], body, html"; // that scrolls down, not sideways
  const OF_ITSELF = ".katex, .js-plotly-plot .hoverlayer, select, option, textarea, script, style, noscript, template, title, [data-testid='stIconMaterial']";
  const BOXES = "button, a[role='button'], dialog, li, td, th, [data-testid='stAlert']";

  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const up = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  const ancestors = function* (element) {
    for (let one = element; one; one = up(one)) yield one;
  };
  const cut = (text) => text.trim().replace(/\s+/g, " ").slice(0, 40);

  const blockOf = (element) => ancestors(element).find((one) => !getComputedStyle(one).display.startsWith("inline"));

  // What floats above the page, such as a bar, is compared with what is in it only.
  function layerOf(element) {
    for (const one of ancestors(element)) if (["fixed", "sticky"].includes(getComputedStyle(one).position)) return one;
    return null;
  }

  function seen(element) {
    for (const one of ancestors(element)) {
      const { width, height } = one.getBoundingClientRect(), style = getComputedStyle(one);
      if (Number(style.opacity) === 0) return false;
      if (style.overflow !== "visible" && (width <= 1 || height <= 1)) return false; // for screen readers
    }
    return element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  }

  // What a text may be scrolled in, or is cut off by: [left, right, what], of the nearest ancestors.
  function bounds(element) {
    let [left, right] = [0, document.documentElement.clientWidth];
    let by = "the window";
    for (const one of ancestors(element)) {
      const { overflowX, position } = getComputedStyle(one), box = one.getBoundingClientRect();
      if (!one.matches(PAGE) && ["auto", "scroll"].includes(overflowX) && one.scrollWidth > one.clientWidth + 1) return null; // scrolls sideways
      if (["hidden", "clip"].includes(overflowX) && box.width) {
        if (box.left > left) [left, by] = [box.left, one.className || one.tagName];
        if (box.right < right) [right, by] = [box.right, one.className || one.tagName];
      }
      if (position === "fixed") break;
    }
    return { left, right, by };
  }

  // The button or other box that a text belongs in; a caption that is placed on purpose does not.
  function boxOf(element) {
    for (const one of ancestors(element)) {
      if (one.matches(BOXES)) return one;
      if (getComputedStyle(one).position === "absolute") return null;
    }
    return null;
  }

  // The part of a box that can be seen: what scrolls away is not on what comes below.
  function visiblePart(element, { left, right, top, bottom }) {
    for (const one of ancestors(element)) {
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      if (style.overflowX !== "visible") [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      if (style.overflowY !== "visible") [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      if (style.position === "fixed") break;
    }
    return { left, right, top, bottom };
  }

  const found = [];
  const texts = [];
  for (const root of roots(document)) {
    const walker = document.createTreeWalker(root === document ? document.body : root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, element = node.parentElement ?? node.getRootNode().host;
      if (!node.data.trim() || element.closest(OF_ITSELF) || !seen(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = cut(node.data), rects = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
      const limits = bounds(element), inside = boxOf(element), box = inside?.getBoundingClientRect();
      const [block, layer] = [blockOf(element), layerOf(element)];
      for (const rect of rects) {
        const { left, right, height } = rect, part = visiblePart(element, rect);
        if (limits && (left < limits.left - ROOM || right > limits.right + ROOM)) found.push(`“${text}” is cut off by ${limits.by}`);
        else if (limits && box?.width && (left < box.left - ROOM || right > box.right + ROOM)) found.push(`“${text}” sticks out of its ${inside.tagName.toLowerCase()}`);
        texts.push({ node, text, block, layer, ...part, top: part.top + CORE * height, bottom: part.bottom - CORE * height });
      }
    }
  }
  for (const formula of document.querySelectorAll(".katex-html")) {
    const { right } = formula.getBoundingClientRect(), room = formula.closest("[data-testid='stMarkdownContainer']").getBoundingClientRect();
    if (right > room.right + ROOM) found.push(`a formula is wider than its place: ${cut(formula.textContent)}`);
  }
  texts.sort((a, b) => a.top - b.top);
  texts.forEach((a, i) => {
    for (const b of texts.slice(i + 1)) {
      if (b.top >= a.bottom) break;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const near = a.block === b.block ? ROOM : -APART;
      if (a.node !== b.node && a.layer === b.layer && wide > near && high > ROOM) found.push(`“${a.text}” lies on “${b.text}”`);
    }
  });
  return [...new Set(found)];
}
