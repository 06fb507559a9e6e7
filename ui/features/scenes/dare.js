// The dare of the Scenes page: make the tracker take one digit for another. The page moves the digits, so it knows the truth.

import { dare } from "../../frontend/lib/dare.js";

/** The dare of a film, in `element`, with buttons for films that are hard to follow: {element, begin(), take(number, switched), show(number, isKnown)}. */
export function makeItFail(buttons) {
  let [lost, first] = [0, 0]; // identities so far, and the frame of the first
  const self = dare({
    title: "make it fail",
    question: "Find a film in which the tracker takes one digit for another, so that an identity is lost: set the sliders, throw a digit, or begin with one of these.",
    controls: buttons,
  });
  self.offer(true);
  self.answer("Press Play.");

  return {
    element: self.element,
    /** Another film begins. */
    begin() {
      [lost, first] = [0, 0];
    },
    /** Take how many identities were lost up to a frame. */
    take(number, switched) {
      if (switched && !lost) first = number;
      lost = switched;
    },
    /** Say what was measured up to a frame; `isKnown` is whether somebody knows the truth. */
    show(number, isKnown) {
      if (!isKnown) return self.answer("Nobody knows which digit is which in a film that you bring: press New film.");
      if (!lost) return self.answer(`No identity is lost in ${number} frame${number === 1 ? "" : "s"}.`);
      return self.answer(`You broke it in frame ${first}. ${lost} ${lost === 1 ? "identity" : "identities"} lost in ${number} frames.`, true);
    },
  };
}
