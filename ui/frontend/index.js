// Runs in the head of every page: what a visitor sees until Streamlit's page is complete, and when that takes its place.
// Streamlit builds its page piece by piece; until the last one is there, it is laid out but not shown, so nothing jumps.

window.opening = (() => {
  const LOOK_MS = 40; // between two looks at Streamlit's page
  const LATEST_MS = 10_000; // after Streamlit's first piece, whatever is still missing
  const html = document.documentElement;
  let [since, before] = [0, ""];

  /** The theme that was chosen in Streamlit's menu, else the system's. */
  function theme() {
    let chosen = "System";
    try {
      chosen = JSON.parse(localStorage.getItem(`stActiveTheme-${location.pathname}-v2`)) ?? chosen;
    } catch {} // storage may be forbidden
    return chosen === "System" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : chosen.toLowerCase();
  }

  /** Whether a component shows something. */
  const hasContent = ({ shadowRoot }) => shadowRoot?.querySelector(".part, canvas") != null;

  const isInSight = (one) => one.getBoundingClientRect().top < innerHeight;

  /** Whether Streamlit's page is as it stays: the script has run, components are there, nothing moved since the last look. */
  function isSettled() {
    const app = document.querySelector("[data-testid=stApp]");
    if (!app?.querySelector("[data-testid=stMainBlockContainer] [data-testid=stElementContainer]")) return false;
    since ||= performance.now();
    const now = [...document.querySelectorAll("#root [data-testid=stMain] *")].map((one) => one.offsetTop + one.offsetHeight).join();
    const isSame = now === before && now !== "";
    before = now;
    const hosts = [...app.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
    const isReady = app.dataset.testScriptState === "notRunning" && isSame && hosts.every(hasContent) && ![...app.querySelectorAll("[data-testid=stSkeleton]")].some(isInSight);
    return isReady || performance.now() - since > LATEST_MS;
  }

  /** A promise that Streamlit's page is as it stays. Nothing is looked at before Streamlit's first piece is there. */
  function settled() {
    before = "";
    return new Promise((resolve) => {
      const begun = new MutationObserver(look);
      let timer = 0;
      function look() {
        clearTimeout(timer);
        if (isSettled()) {
          begun.disconnect();
          resolve();
        } else if (since) timer = setTimeout(look, LOOK_MS);
      }
      begun.observe(html, { childList: true, subtree: true });
      look();
    });
  }

  const opening = {
    complete: null, // a promise
    settled,
    /** Load Streamlit, where the page's HTML leaves that to the first frame. */
    start() {
      const scripts = document.getElementById("streamlit");
      if (scripts) document.head.append(document.importNode(scripts.content, true));
      scripts?.remove();
    },
    /** Show Streamlit's page. */
    reveal() {
      const frame = document.getElementById("first-frame"), main = document.querySelector("[data-testid=stMain]");
      if (frame && main) main.scrollTop = frame.scrollTop;
      frame?.remove();
      delete html.dataset.opening;
      delete html.dataset.theme; // from now on Streamlit's menu says
    },
    /** Do without the first frame. */
    skip() {
      opening.start();
      opening.complete.then(opening.reveal);
    },
  };
  const known = html.dataset.parameters?.split(" ") ?? [];
  opening.isPlain = [...new URLSearchParams(location.search).keys()].some((name) => !known.includes(name));
  html.dataset.opening = opening.isPlain ? "plain" : "";
  html.dataset.theme = theme();
  opening.complete = settled();
  return opening;
})();
