// Evaluates to a function that finds what is too small on a phone: targets under a finger, and text. Returns a sentence
// for each.

() => {
  const [TARGET, TEXT] = [44, 12]; // px
  const NEAR = 0.5; // px
  const TARGETS = "a[href], button, select, summary, textarea, input:not([type=hidden]), [role=button], [role=checkbox], [role=combobox], [role=radio], [role=slider], [role=tab]";
  const OF_FORMULAS = ".katex"; // indices are smaller than what they belong to

  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const up = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  const ancestors = function* (element) {
    for (let one = element; one; one = up(one)) yield one;
  };
  const name = (element) => `${element.tagName.toLowerCase()} “${(element.ariaLabel || element.textContent || element.dataset.testid || "").trim().slice(0, 30)}”`;

  function seen(element) {
    for (const one of ancestors(element)) {
      const { width, height } = one.getBoundingClientRect(), { opacity, overflow } = getComputedStyle(one);
      if (Number(opacity) === 0 || (overflow !== "visible" && (width <= 1 || height <= 1))) return false; // for screen readers
    }
    return element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  }

  // A link or a word in a line of text may be as low as the line.
  const isInText = (element) => element.matches("a, [role=button]") && getComputedStyle(element).display === "inline" && element.parentElement?.textContent.trim() !== element.textContent.trim();

  function sizeOf(element) {
    const around = getComputedStyle(element, "::after"); // reaches out for the finger
    const boxes = [element, ...(element.labels ?? [])].map((one) => one.getBoundingClientRect());
    if (around.position === "absolute") boxes.push({ width: parseFloat(around.width), height: parseFloat(around.height) });
    return { width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
  }

  const found = [];
  for (const root of roots(document)) {
    for (const element of root.querySelectorAll(TARGETS)) {
      if (!seen(element) || isInText(element)) continue;
      const { width, height } = sizeOf(element);
      if (Math.min(width, height) < TARGET - NEAR) found.push(`${name(element)} is ${Math.round(width)} × ${Math.round(height)} px`);
    }
    const walker = document.createTreeWalker(root === document ? document.body : root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !element || element.closest(`${OF_FORMULAS}, style, script`) || !seen(element)) continue;
      const { a, b } = element.getScreenCTM?.() ?? { a: 1, b: 0 }; // in an SVG, lengths are in its own units, and may be turned
      const size = parseFloat(getComputedStyle(element).fontSize) * Math.hypot(a, b);
      if (size < TEXT - NEAR / 5) found.push(`${name(element)} is written in ${size} px`);
    }
  }
  return [...new Set(found)];
}
