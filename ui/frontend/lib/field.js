// A text field with a line below it, which says what is wrong with it or what became of it; `field.css` lays it out.

import { h } from "./paint.js";

let count = 0; // of fields, for their ids

/**
 * A field called `label`, with more `attributes` of the input, in an element with the `beside` elements next to it:
 * {element, input, take(), refuse(sentence), say(sentence)}. `take()` returns what was typed, without spaces around it.
 */
export function textField(label, attributes, ...beside) {
  const id = `field-${++count}`;
  const note = h("p", { id: `${id}-note`, class: "field-note", role: "status" });
  const input = h("input", { type: "text", id, "aria-describedby": note.id, autocomplete: "off", oninput: () => say(""), ...attributes });
  const element = h("div", { class: "field" }, h("label", { for: id }, label), input, note, h("div", { class: "beside" }, ...beside));

  function say(sentence, wrong = false) {
    note.textContent = sentence;
    note.classList.toggle("wrong", wrong);
    input.setAttribute("aria-invalid", wrong);
  }

  function refuse(sentence) {
    say(sentence, true);
    input.focus();
  }

  return { element, input, take: () => input.value.trim(), refuse, say };
}
