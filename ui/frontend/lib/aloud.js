// What is said to somebody who does not see a page change: a change that goes on is said once, when it has come to rest.

import { AtRest } from "./pace.js";
import { h } from "./paint.js";

const REST_MS = 1000;

/** A line that screen readers read out and nobody sees: {element, say(text), stop()}. */
export function aloud() {
  const element = h("p", { class: "aloud", role: "status" });
  let said = "";
  const rest = new AtRest(() => (element.textContent = said), REST_MS);
  return {
    element,
    say(text) {
      said = text;
      if (text !== element.textContent) rest.soon();
      else rest.cancel();
    },
    stop: () => rest.cancel(),
  };
}
