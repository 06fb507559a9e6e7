// The dare of the Denoise page: find noise with which the denoiser draws another digit. What it draws is read by the network
// that reads the plain autoencoder's latents.

import { corrupt } from "../../frontend/lib/corruption.js";
import { dare } from "../../frontend/lib/dare.js";
import { button } from "../../frontend/lib/paint.js";
import { likeliest, percent, readerOf } from "../../frontend/lib/reading.js";
import { KINDS } from "./kinds.js";

const SEEDS = 999_999;
const PATTERNS = 6; // that the search tries at each level
const STEP = 0.05; // between two levels
const FRAME_MS = 12; // of the search, until the page may paint

/** The dare of a lab, in `element`; `show(image, drawn)` measures what the denoiser has drawn of an image. */
export function makeItFail(lab) {
  let [read, asked, search] = [null, false, 0];
  const searching = button("Search noise that breaks it", "try one pattern after the other, from the least noise on", () => begin());
  const self = dare({
    title: "make it fail",
    question: "How little noise does it take until the denoiser draws another digit? Choose a kind, and turn it up.",
    controls: [searching],
    opened: () => prepare(),
  });

  async function prepare() {
    if (!asked) {
      asked = true;
      read = await readerOf(lab.models.plain && lab.descriptions.plain);
    }
    lab.frame.soon();
  }

  const digitOf = (image) => likeliest(read(lab.models.plain.encode(image)));
  const isReady = () => Boolean(read && lab.image && lab.models.plain && lab.models.denoiser);

  function show(image, drawn) {
    self.offer(Boolean(lab.descriptions?.plain?.head && lab.models.denoiser && lab.models.plain));
    if (!self.isOpen || !isReady() || search) return;
    const [before, after] = [digitOf(image), digitOf(drawn)];
    const said = `The clean digit is read as ${before.digit} (${percent(before.sure)}), the denoised one as ${after.digit} (${percent(after.sure)}).`;
    const isWon = before.digit !== after.digit, { kind, level } = lab.settings;
    self.answer(isWon ? `${said} You broke it: ${KINDS[kind].label.toLowerCase()} at ${level.toFixed(2)}.` : said, isWon);
  }

  function stop() {
    cancelAnimationFrame(search);
    search = 0;
    searching.textContent = "Search noise that breaks it";
  }

  function begin() {
    if (search) return stop();
    if (!isReady()) return prepare();
    const { kind, mean } = lab.settings, { image } = lab, wanted = digitOf(image).digit, tries = trials();
    let count = 0;
    searching.textContent = "Stop the search";
    const step = () => {
      for (const end = performance.now() + FRAME_MS; performance.now() < end; ) {
        const { value, done } = tries.next();
        if (done || lab.image !== image) {
          stop();
          return self.answer(`No noise of this kind broke it in ${count} tries. Try another kind.`);
        }
        count++;
        const noisy = corrupt(image, kind, value.level, value.seed, { mean: kind === "gaussian" ? mean : undefined, box: null });
        const found = digitOf(lab.models.denoiser.decode(lab.models.denoiser.encode(noisy)));
        if (found.digit === wanted) continue;
        stop();
        return lab.changeAtOnce({ level: value.level, seed: value.seed, box: null }); // the page shows and measures it
      }
      self.answer(`Tried ${count} patterns: ${wanted} is still read as ${wanted}.`);
      search = requestAnimationFrame(step);
    };
    search = requestAnimationFrame(step);
    return undefined;
  }

  return { element: self.element, show, stop };
}

/** Levels from the least on, each with some patterns. */
function* trials() {
  for (let k = 1; k * STEP <= 1; k++) {
    for (let i = 0; i < PATTERNS; i++) yield { level: Number((k * STEP).toFixed(2)), seed: 1 + Math.floor(Math.random() * SEEDS) };
  }
}
