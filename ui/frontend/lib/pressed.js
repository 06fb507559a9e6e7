// Streamlit's button of the sample on the table looks different; this says so to who does not see it.

const SAMPLES = ".st-key-samples button";
const CHOSEN = "stBaseButton-primary";

function mark() {
  for (const button of document.querySelectorAll(SAMPLES)) {
    const pressed = String(button.dataset.testid === CHOSEN);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
}

let watching = false;

/** Keep the samples' buttons marked, from now on. */
export function markPressed() {
  if (watching) return;
  watching = true;
  new MutationObserver(mark).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-testid"] });
  mark();
}
