// A dare that a page makes to its visitor: folded at first; a question, what to do about it, and an answer that is measured.

import { aloud } from "./aloud.js";
import { explained } from "./explain.js";
import { h, say } from "./paint.js";

/**
 * A dare, in `element`: hidden until `offer(true)`. `controls` are elements; `opened()`, where given, is called when it is unfolded.
 * `answer(text, isWon)` says what was measured.
 */
export function dare({ title, question, controls = [], opened = () => {} }) {
  const line = h("p", { class: "answer", "data-testid": "answer" }), spoken = aloud();
  const element = h(
    "details",
    { class: "dare", "data-testid": "dare", hidden: true, ontoggle: () => element.open && opened() },
    h("summary", {}, h("span", {}, "A dare:"), title),
    h("p", {}, ...explained(question)),
    ...(controls.length ? [h("div", { class: "controls" }, ...controls)] : []),
    line,
    spoken.element,
  );
  return {
    element,
    get isOpen() {
      return element.open;
    },
    offer(isOffered) {
      element.hidden = !isOffered;
    },
    answer(text, isWon = false) {
      say(line, text);
      line.toggleAttribute("data-won", isWon);
      spoken.say(text);
    },
  };
}
