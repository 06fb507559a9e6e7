// The dare of the page "How it works": find a picture that the network cannot redraw.

import { dare } from "../../frontend/lib/dare.js";

const WON = 5; // times the usual error; of MNIST's digits, one in a hundred has that

/** The dare of a network whose usual error is known, in `element`; `show(error)` measures the picture that it sees. */
export function findWhatItCannotRedraw(network) {
  let [of, worst, last] = ["", 0, null];
  const self = dare({
    title: "find what it cannot redraw",
    question: "The network redraws well what is like the pictures that it has learned from. Draw something else, or choose another picture: how large can you make the squared error?",
    opened: () => show(last),
  });

  function show(error) {
    last = error;
    const { url, usual } = network;
    self.offer(Boolean(usual));
    if (!self.isOpen || !usual) return undefined;
    if (of !== url) [of, worst] = [url, 0];
    if (error === null) return self.answer("There is no picture yet.");
    worst = Math.max(worst, error);
    const times = (value) => (value / usual).toFixed(1);
    return self.answer(`${error.toFixed(4)} per pixel, ${times(error)} times the usual ${usual.toFixed(4)}; ${WON} times is the goal. Your largest: ${times(worst)} times.`, error >= WON * usual);
  }

  return { element: self.element, show };
}
