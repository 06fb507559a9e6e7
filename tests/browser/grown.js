// Scrolls a page to its end, so that what waits until it comes near is loaded; returns, in words, what was then not as high
// as before: everything below it has jumped.

async () => {
  const MOST = 2; // px
  const WHAT = ".part, .part section, .part canvas, .part ol, .part p, [data-testid='stElementContainer']";
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const height = (element) => Math.round(element.getBoundingClientRect().height);
  const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  const shown = roots(document).flatMap((root) => [...root.querySelectorAll(WHAT)]).filter((e) => e.checkVisibility());
  const before = new Map(shown.map((element) => [element, height(element)]));
  const scroller = document.querySelector("[data-testid='stMain']");
  for (let y = 0; y < scroller.scrollHeight; y += innerHeight / 2) {
    scroller.scrollTop = y;
    await frame();
  }
  window.atRest.look();
  while (!window.atRest.settled()) await frame();
  scroller.scrollTop = 0;
  // What has no height yet is a chart whose library Streamlit still loads; it has its place by style sheet where it moves others.
  const other = shown.filter((e) => before.get(e) > 0).filter((e) => e.isConnected && e.checkVisibility() && Math.abs(height(e) - before.get(e)) > MOST);
  return other.map((e) => `${e.tagName.toLowerCase()}.${e.className.slice(0, 30)}: ${before.get(e)} px → ${height(e)} px`);
}
