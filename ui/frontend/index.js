// Runs in the head of every page: what a visitor sees until Streamlit's page is complete, and when that takes its place.
// Streamlit builds its page piece by piece; until the last one is there, it is laid out but not shown, so nothing jumps.

window.opening = (() => {
  const LOOK_MS = 40; // between two looks at Streamlit's page
  const LATEST_MS = 6000; // after Streamlit's first piece, whatever is still missing
  const html = document.documentElement;
  let [finish, since, before] = [null, 0, ""];

  /** The theme that was chosen in Streamlit's menu, else the system's. */
  function theme() {
    let chosen = "System";
    try {
      chosen = JSON.parse(localStorage.getItem(`stActiveTheme-${location.pathname}-v2`)) ?? chosen;
    } catch {} // storage may be forbidden
    return chosen === "System" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : chosen.toLowerCase();
  }

  /** Whether Streamlit's page is as it stays: the script has run, and nothing has moved since the last look. */
  function isSettled() {
    const app = document.querySelector("[data-testid=stApp]");
    if (!app) return false;
    since ||= performance.now();
    const now = [...document.querySelectorAll("#root [data-testid=stMain] *")].map((one) => one.offsetTop + one.offsetHeight).join();
    const isSame = now === before && now !== "";
    before = now;
    const isReady = app.dataset.testScriptState === "notRunning" && isSame && !document.querySelector("#root [data-testid=stSkeleton]");
    return isReady || performance.now() - since > LATEST_MS;
  }

  function settled() {
    before = "";
    return new Promise((resolve) => {
      const look = () => (isSettled() ? resolve() : setTimeout(look, LOOK_MS));
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
      document.getElementById("first-frame")?.remove();
      delete html.dataset.opening;
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
