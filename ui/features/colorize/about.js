// Where the colours look wrong, and whose the pictures are.

import { button, h } from "../../frontend/lib/paint.js";

const FAILURES = [
  ["astronaut", "Faces", "The network sees a face as a few dozen pixels, and was trained on animals and vehicles: skin comes out grey or green."],
  ["rocket", "Night", "Nearly all photos it has seen were taken by day: a night sky becomes brown or stays grey, and lamps do not glow."],
  ["dahlia", "Neon and petals", "Strong colours are rare in photos: an orange flower, like a neon sign, comes out pale."],
];

/** The section that shows where the model fails. */
export function failures(part) {
  return h(
    "section",
    { class: "failures" },
    h("h2", {}, "Where it looks wrong"),
    h("p", {}, "It was trained on 50,000 photos of 32 × 32 pixels, of ten kinds: aeroplanes, cars, birds, cats, deer, dogs, frogs, horses, ships and lorries. What is none of these, it colours as if it were one."),
    h("ul", {}, ...FAILURES.map(([name, title, about]) => h("li", {}, h("b", {}, `${title}: `), about, " ", button("See an example", title, () => part.choose(name), { class: "small", "aria-label": `See an example: ${title}` })))),
  );
}

/** The list of the shipped pictures' authors, filled by `use(pictures)`. */
export function credits(part) {
  const list = h("ul");
  part.credit = (pictures) => list.replaceChildren(...pictures.map(({ title, author, licence, source }) => h("li", {}, h("a", { href: source, target: "_blank", rel: "noreferrer" }, title), `, ${author}, ${licence}`)));
  return h("details", { class: "credits" }, h("summary", {}, "Whose pictures these are"), list);
}
