// What the images of a model are called: what the pages say of digits, they say of pictures where a model has others.
// `ui/services/naming.py` does the same in Python.

const RULES = [
  [/\b28 by 28\b/g, ({ image: [height, width] }) => `${height} by ${width}`],
  [/\b28 × 28 = 784\b/g, ({ image }) => `${image.filter((n) => n > 1).join(" × ")} = ${image.reduce((a, b) => a * b).toLocaleString("en")}`],
  [/\b784 pixels\b/g, ({ image }) => `${image.reduce((a, b) => a * b).toLocaleString("en")} ${image[2] > 1 ? "numbers" : "pixels"}`],
  [/\bten average digits\b/g, () => "average pictures of the classes"],
  [/\bhandwritten digit/g, () => "picture"],
  [/\b([Dd])raw a digit\b/g, (_, [, d]) => (d === "D" ? "Take a picture" : "take a picture")],
  [/\bRefine when the pen rests\b/g, () => "Refine every picture"],
  [/\bwhenever the pen rests\b/g, () => "for every picture"],
  [/\bdrawing\b/g, () => "picture"],
  [/\bdigit/g, () => "picture"],
  [/\bDigit/g, () => "Picture"],
];
const SIXTEEN = /\b[Ss]ixteen (random )?numbers\b/g;

/** Return a text about sixteen numbers as it is about those of a model's latent. */
export function counted(text, model) {
  const count = model?.numbers ?? 16;
  return count === 16 ? text : text.replace(SIXTEEN, (_, random = "") => `${count} ${random}number${count > 1 ? "s" : ""}`);
}

/** Return a text about digits as it is about the images of a model, of which Python's description is given. */
export function named(text, model) {
  if (model?.noun !== "picture") return text; // models of other tasks have no noun
  return RULES.reduce((before, [pattern, say]) => before.replace(pattern, (...found) => say(model, found)), counted(text, model));
}

const NAMED = ["aria-label", "title", "placeholder"];
const written = new WeakMap(); // text node, or element -> its words, and those that took their place
const CHOICES = "option, [data-own-words]"; // whose words are the visitor's

/** Let all that an element says be about the images of a model; what was there in its place comes back with digits. */
export function nameIn(root, model) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = root; node; node = walker.nextNode()) {
    if ((node.parentElement ?? node).closest(CHOICES)) continue;
    if (node.nodeType === Node.TEXT_NODE) name(node, "data", () => node.data, (text) => (node.data = text), model);
    else for (const one of NAMED) if (node.hasAttribute(one)) name(node, one, () => node.getAttribute(one), (text) => node.setAttribute(one, text), model);
  }
}

function name(node, key, read, write, model) {
  if (!written.has(node)) written.set(node, {});
  const known = written.get(node), now = read();
  const original = known[key]?.shown === now ? known[key].original : now; // else somebody has written there since
  const shown = named(original, model);
  known[key] = { original, shown };
  if (shown !== now) write(shown);
}
