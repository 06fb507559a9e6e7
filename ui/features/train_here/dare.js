// The dare of the Train page: redraw the same pictures better than a network that is known, with half of its numbers.

import { dare } from "../../frontend/lib/dare.js";

/** The dare of the trainings here, in `element`; `show(session, rival, error)` measures one, where there is a rival {label, numbers}. */
export function beatItWithHalf() {
  const self = dare({
    title: "win with half the numbers",
    question: "The validation error of the article’s network is a line in the chart of errors, once yours learns. Get below it with half of its numbers: choose a smaller latent size, and more epochs, another network or another step size.",
    opened: () => last(),
  });
  let last = () => {};

  function show({ begun, errors, done }, rival, error) {
    last = () => show({ begun, errors, done }, rival, error);
    self.offer(Boolean(rival));
    if (!self.isOpen || !rival || !begun) return undefined;
    const most = Math.floor(rival.numbers / 2), numbers = (count) => `${count} number${count === 1 ? "" : "s"}`;
    const goal = `“${rival.label}” has ${numbers(rival.numbers)}${error === null ? "" : ` and an error of ${error.toFixed(4)}`}`;
    if (begun.latentDim > most) return self.answer(`${goal}. Yours has ${begun.latentDim}: choose a latent size of ${most} or less.`);
    if (!done) return self.answer(`${goal}, yours ${begun.latentDim}. Press Start.`);
    if (error === null) return self.answer(`${goal}. Its error is being measured.`);
    const [epoch, mine] = errors.at(-1), isWon = mine < error;
    return self.answer(`${goal}. Yours has ${begun.latentDim} and ${mine.toFixed(4)} after ${epoch} epoch${epoch === 1 ? "" : "s"}: ${isWon ? "you beat it." : "not yet."}`, isWon);
  }

  return { element: self.element, show };
}
