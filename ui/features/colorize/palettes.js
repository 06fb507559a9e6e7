// Palettes: the colour numbers of one picture recolour another, and can be added and subtracted.

import { quantise } from "../../frontend/lib/latent.js";
import { button, h } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { OWN, PictureError, readPicture } from "./picture.js";
import { Studio } from "./studio.js";

/** The numbers with a palette: `plus` alone is mixed in, with `minus` the difference of the two is added. */
export function recoloured(base, plus, minus, strength) {
  return base.map((number, i) => {
    if (plus && !minus) return quantise(number + strength * (plus[i] - number));
    return quantise(number + strength * ((plus?.[i] ?? 0) - (minus?.[i] ?? 0)));
  });
}

/** The section: {element, steps()}. */
export function palettes(part) {
  const choice = (label, key) => {
    const select = h("select", { "aria-label": label, onchange: () => change({ [key]: select.value }) });
    return { select, label: h("label", {}, h("span", {}, label), select) };
  };
  const [plus, minus] = [choice("The palette of", "plus"), choice("minus the palette of", "minus")];
  const strength = slider(part, { name: "strength of the palette", text: "Strength", high: 1.5, change: (value) => change({ strength: value }, false) });
  const input = h("input", { type: "file", accept: "image/*", "aria-label": "a picture with another palette", tabindex: -1, hidden: true });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (file && (await take(file))) change({ plus: OWN });
  });
  const bring = button("Another picture", "only its colours are used, and it stays in your browser", () => input.click());
  const element = h(
    "section",
    { class: "palettes", "data-part": "latent" },
    h("h2", {}, "Borrow a palette"),
    h("p", {}, "The sixteen numbers of one picture mean much the same in another: so its palette can be taken over, or one palette added and another subtracted."),
    h("div", { class: "controls" }, plus.label, minus.label, bring, input, strength.label),
  );
  const known = new WeakMap(); // picture -> its numbers
  let [other, busy] = [null, {}]; // a picture that was brought for its palette; the newest change

  /** Take a picture for its palette; resolves to whether it has one. */
  async function take(file) {
    try {
      const picture = await readPicture(file);
      if (!picture.chroma) throw new PictureError("That picture is grey: it has no palette.");
      other = picture;
      part.say("");
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      part.say(error.message);
      return false;
    }
    return true;
  }

  async function numbersOf(name) {
    const picture = name === OWN ? other : await part.shelf.get(part.pictures.find((one) => one.name === name).url);
    if (picture && !known.has(picture)) known.set(picture, new Studio(part.model, picture, name).truth);
    return known.get(picture);
  }

  async function change(changes, atOnce = true) {
    if (atOnce) part.remember();
    const before = part.settings.palette ?? { base: part.latent, plus: "", minus: "", strength: 1 };
    const palette = { ...before, ...changes }, mine = (busy = {});
    if (!palette.plus && !palette.minus) return part.change({ palette: null, latent: palette.base });
    const [added, subtracted] = await Promise.all([palette.plus, palette.minus].map((name) => name && numbersOf(name)));
    if (mine !== busy) return; // another change came meanwhile
    if ((palette.plus && !added) || (palette.minus && !subtracted)) return part.say("That palette is no longer here: choose its picture again.");
    part.change({ palette, latent: recoloured(palette.base, added, subtracted, palette.strength), hints: [] });
  }

  function options(select) {
    const names = [["", "none"], ...part.pictures.map(({ name, title }) => [name, title]), ...(other ? [[OWN, "your other picture"]] : [])];
    if (select.childElementCount !== names.length) select.replaceChildren(...names.map(([value, text]) => h("option", { value }, text)));
  }

  function* steps() {
    const palette = part.settings.palette ?? { plus: "", minus: "", strength: 1 };
    for (const [{ select }, value] of [[plus, palette.plus], [minus, palette.minus]]) {
      options(select);
      yield (select.value = value);
    }
    strength.show(palette.strength, `${Math.round(100 * palette.strength)} %`);
    strength.input.disabled = !part.settings.palette;
  }

  return { element, steps };
}
