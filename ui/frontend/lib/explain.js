// Words that a visitor may not know explain themselves: a tap, the keyboard's focus or a pointer over one opens a line
// of text below it. `ui/services/terms.py` writes the same words in Python's texts.

import { h } from "./paint.js";
import { TERMS } from "./terms.js";

const ID = "explanation";
const AIR = 8; // px, from the word and from the window's edge
const PAUSE_MS = 150; // in which a pointer gets from the word to its explanation
const STYLE = `
  :host {
    inset: 0 auto auto 0; margin: 0; padding: 8px 12px; box-sizing: border-box; max-width: min(560px, 100vw - ${2 * AIR}px);
    font: 14px/1.4 var(--st-font, system-ui, sans-serif); color: var(--st-background-color, #fff);
    background: var(--st-text-color, #1e2130); border: 1px solid transparent; border-radius: 8px;
  }`;

const lines = new Map(Object.entries(TERMS).map(([term, line]) => [term.toLowerCase(), line]));
const longestFirst = [...lines.keys()].sort((a, b) => b.length - a.length);
const pattern = new RegExp(`\\b(${longestFirst.join("|")})s?\\b`, "gi");

/**
 * A text as nodes, in which each term, where it stands first, is a word that explains itself; with `only`, no others than
 * these terms: the others were explained further up on the page.
 */
export function explained(text, ...only) {
  const nodes = [], seen = new Set(only.length ? longestFirst.filter((term) => !only.includes(term)) : []);
  let end = 0;
  for (const { 0: written, 1: term, index } of text.matchAll(pattern)) {
    if (seen.has(term.toLowerCase())) continue;
    seen.add(term.toLowerCase());
    nodes.push(text.slice(end, index), word(written, term));
    end = index + written.length;
  }
  return [...nodes, text.slice(end)].filter(Boolean);
}

/** Give an element a text with explained terms; one that it has already keeps its words, and their focus. */
export function explainIn(element, text) {
  if (text !== element.textContent) element.replaceChildren(...explained(text));
}

/** A question mark that explains a term which stands in a list or on a button. */
export function questionMark(term) {
  const mark = word("?", term);
  mark.setAttribute("aria-label", `What is ${term}?`);
  mark.classList.add("question");
  return mark;
}

function word(written, term) {
  return h("span", { class: "explained", role: "button", tabindex: 0, "aria-description": lines.get(term.toLowerCase()) }, written);
}

/** Open explanations from now on, wherever on the page the words are. */
export function openExplanations() {
  if (document.getElementById(ID)) return; // each live part brings its modules; the first one's are enough
  const bubble = h("div", { id: ID, popover: "manual", role: "tooltip" });
  const line = h("span");
  bubble.attachShadow({ mode: "open" }).append(h("style", {}, STYLE), line);
  document.body.append(bubble);
  let [open, pinned, timer] = [null, false, 0]; // pinned: by a tap or the focus, it outlives the pointer

  const place = () => {
    const box = open.getClientRects()[0], { offsetWidth: width, offsetHeight: height } = bubble;
    if (!open.isConnected || !box) return close();
    const left = Math.min(Math.max((box.left + box.right - width) / 2, AIR), innerWidth - width - AIR);
    const isLow = box.bottom + AIR + height > innerHeight;
    bubble.style.translate = `${left}px ${isLow ? box.top - AIR - height : box.bottom + AIR}px`;
  };
  const show = (one, stays) => {
    clearTimeout(timer);
    [open, pinned] = [one, stays || (pinned && one === open)];
    line.textContent = one.getAttribute("aria-description");
    if (!bubble.matches(":popover-open")) bubble.showPopover();
    place();
  };
  const close = () => {
    clearTimeout(timer);
    [open, pinned] = [null, false];
    if (bubble.matches(":popover-open")) bubble.hidePopover();
  };
  const wordOf = (event) => {
    const [target] = event.composedPath(), one = target.closest?.(".explained");
    if (!one || !event.clientY) return one ?? null; // a key
    const under = one.getRootNode().elementsFromPoint(event.clientX, event.clientY).filter((other) => other.matches(".explained"));
    const away = (other) => Math.min(...Array.from(other.getClientRects(), ({ top, bottom }) => Math.abs((top + bottom) / 2 - event.clientY)));
    return under.reduce((best, other) => (away(other) < away(best) ? other : best), one); // those of two lines reach over each other
  };
  const handlers = {
    pointerover(event) {
      const one = event.pointerType === "mouse" && wordOf(event);
      if (one) show(one, false);
      else if (event.composedPath().includes(bubble)) clearTimeout(timer);
      else if (open && !pinned) timer = setTimeout(close, PAUSE_MS);
    },
    focusin(event) {
      const one = wordOf(event);
      if (one?.matches(":focus-visible")) show(one, true);
    },
    focusout: (event) => wordOf(event) === open && open && close(),
    click(event) {
      const one = wordOf(event);
      if (!one) return;
      event.preventDefault(); // in a label, a click would go to its control
      if (one === open && pinned) close();
      else show(one, true);
    },
    pointerdown: (event) => open && wordOf(event) !== open && !event.composedPath().includes(bubble) && close(),
    keydown(event) {
      const isPress = event.key === "Enter" || event.key === " ";
      if (event.key === "Escape" && open) close();
      else if (isPress && wordOf(event)) {
        event.preventDefault();
        wordOf(event).click();
      }
    },
    scroll: () => open && place(),
  };
  for (const [type, handler] of Object.entries(handlers)) document.addEventListener(type, handler, true);
  addEventListener("resize", () => open && place());
}
