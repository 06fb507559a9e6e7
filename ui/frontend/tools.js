// Runs in the head of every page: the tools beside its heading. A tool's module is loaded when its button is pressed, or
// when the page's address asks for it.

(() => {
  const PRESSED = "pressed-tools"; // in the browser's storage: the tools that somebody has pressed here, by their names
  const AT_EXHIBITIONS = ["kiosk", "attract"]; // parameters of an address
  const html = document.documentElement, tools = JSON.parse(document.getElementById("tools").textContent);
  const base = document.baseURI; // every page lies directly below the root

  function pressed() {
    try {
      return JSON.parse(localStorage.getItem(PRESSED)) ?? [];
    } catch {
      return []; // storage may be forbidden
    }
  }

  /** Whether one of the tools is offered that nobody has pressed here. */
  const isOffered = (known) => Object.entries(tools).some(([name, { offered }]) => offered && !known.includes(name));

  function remember(name) {
    const known = [...new Set([...pressed(), name])];
    html.toggleAttribute("data-offers", isOffered(known));
    try {
      localStorage.setItem(PRESSED, JSON.stringify(known));
    } catch {}
  }

  // `asked` is what the page's address said when it was opened: Python writes another one soon.
  async function press(name, button, asked = null) {
    const { url, data } = tools[name];
    remember(name);
    const { default: open } = await import(new URL(url, base).href);
    open(data, button, asked);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-tool]");
    if (button && tools[button.dataset.tool]) press(button.dataset.tool, button);
  });

  const address = new URLSearchParams(location.search);
  html.toggleAttribute("data-exhibition", AT_EXHIBITIONS.some((name) => address.has(name)));
  html.toggleAttribute("data-offers", isOffered(pressed()));
  window.opening.complete.then(() => {
    for (const [name, { openedBy }] of Object.entries(tools)) if (openedBy && address.has(openedBy)) press(name, null, address.get(openedBy));
  });
})();
