// The link follows every slider. Streamlit would add an entry to the browser's history each time, and Back would then
// undo addresses, not sliders: within a page the entry is replaced, so Back leads to the page before, as people expect.

/** The app's root, whatever path it is served under: modules lie in a folder of their own below it. */
export const root = () => new URL("../../../../", import.meta.url);

const push = history.pushState;

/** Keep one history entry per page; calling it twice changes nothing. */
export function oneEntryPerPage() {
  history.pushState = function (state, title, url) {
    const samePage = url != null && new URL(url, document.baseURI).pathname === location.pathname;
    return (samePage ? history.replaceState : push).call(history, state, title, url);
  };
}
