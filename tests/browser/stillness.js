// Keeps account of where everything stands on a page, and of what has moved since: `window.stillness`.

(() => {
  const WHAT = "canvas, button, input, select, textarea, label, figure, figcaption, h3, h4, p, section, iframe, [data-testid='stAlert']";
  const MOVES = ".mark, .needle, .now, .strip *, .screen *, .stop, .stop *, .kept *"; // is meant to, or is a list of the visitor's own
  const NEAR = 1; // px

  let places = new Map();
  let shifts = [];
  let reports = 0; // changes that an audience's page hears of
  document.addEventListener("input", () => reports++, true);
  new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({ type: "layout-shift" });

  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const up = (element) => element.parentElement ?? element.getRootNode().host ?? null;

  function floats(element) {
    for (let one = element; one; one = up(one)) if (["fixed", "sticky"].includes(getComputedStyle(one).position)) return true;
    return false;
  }

  function place(element) {
    const page = document.querySelector("[data-testid='stMainBlockContainer'], main.draw").getBoundingClientRect(), box = element.getBoundingClientRect();
    return { x: box.left - page.left, y: box.top - page.top, bottom: box.bottom - page.top };
  }

  const name = (element) => `${element.tagName.toLowerCase()}.${String(element.className).slice(0, 30)} “${(element.ariaLabel ?? element.textContent).trim().slice(0, 24)}”`;

  window.stillness = {
    /** Look at where everything is; what is to be touched is the element at a place of the window. */
    begin() {
      places = new Map();
      shifts = [];
      for (const root of roots(document))
        for (const element of root.querySelectorAll(WHAT))
          if (element.checkVisibility() && !element.matches(MOVES) && !floats(element)) places.set(element, place(element));
    },
    /** What has moved since, in words; `above` leaves out what was below a place of the page. */
    moved(above = Infinity) {
      return [...places].flatMap(([element, before]) => {
        if (!element.isConnected || !element.checkVisibility() || before.y > above) return [];
        const { x, y } = place(element);
        const far = Math.abs(x - before.x) > NEAR || Math.abs(y - before.y) > NEAR;
        return far ? [`${name(element)}: ${Math.round(before.x)}, ${Math.round(before.y)} → ${Math.round(x)}, ${Math.round(y)}`] : [];
      });
    },
    /** The layout shift since, as browsers add it up for a page. */
    shifted: () => shifts.reduce((sum, { value }) => sum + value, 0),
    /** What shifted, as far as it is outside of components. */
    sources: () => shifts.flatMap(({ value, sources }) => sources.map(({ node, previousRect: a, currentRect: b }) => `${value.toFixed(3)} ${node?.nodeName} ${node?.dataset?.testid ?? node?.className}: ${a.y}+${a.height} → ${b.y}+${b.height}`)),
    /** What every slider and button on the page says, and how many changes were reported. */
    values() {
      const found = roots(document).flatMap((root) => [...root.querySelectorAll("input[type=range], [role=slider], button")]);
      return [reports, ...found.map((one) => one.value || one.getAttribute("aria-valuenow") || one.disabled)];
    },
    place,
  };
})();
