// Shares what the page shows: its link, its picture, a GIF, or a card of the digit in its numbers. Where the system has a
// way to share, that is used; elsewhere links are copied and files saved.

import { root } from "../../frontend/lib/address.js";
import { flushAll, modelNow } from "../../frontend/lib/component.js";
import { find } from "../../frontend/lib/find.js";
import { floating } from "../../frontend/lib/floating.js";
import { latentFromText } from "../../frontend/lib/latent.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { cardOf, titleOf } from "./card.js";
import { filmOf } from "./film.js";

const NOT_FOR_OTHERS = ["tour"]; // parameters of an address
const [WRITTEN_MS, LOOK_MS] = [1000, 20];
const SIDE = 560; // px of a picture, at least
const AIR = 8; // px, to the button and to the window's edge
const DIGIT = "[data-testid=thumbnail]"; // the digit on the table, on every page
const STYLE = `
  .share {
    position: fixed; inset: 0 auto auto 0; margin: 0; width: min(360px, 100vw - ${2 * AIR}px); padding: 14px 16px; color: var(--text);
    background: var(--background); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 8px 32px rgb(0 0 0 / .28); font: 14px/1.45 var(--font);
  }
  h2 { margin: 0 44px 8px 0; font-size: 17px; line-height: 24px; font-weight: 600; }
  canvas { display: block; width: 100%; border-radius: 8px; outline: 1px solid var(--line); }
  .ways { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; margin-top: 10px; }
  .link { border-color: var(--accent); background: var(--accent); color: var(--background); }
  input { width: 100%; margin-top: 8px; }
  p { margin: 8px 0 0; min-height: 1.45em; color: var(--soft); }
  .close { position: absolute; top: 4px; right: 4px; width: 44px; height: 44px; padding: 0; border: none; background: none; font-size: 22px; line-height: 1; }`;

class Share {
  constructor(data) {
    this.data = data;
    this.preview = h("canvas", { role: "img", "data-testid": "share-preview" });
    this.link = button("", "", () => this.shareLink(), { class: "link", autofocus: true });
    this.picture = button("Picture", "what this page shows, as a PNG", () => this.share("picture.png", () => this.toPng(pictureOf(this.source))));
    this.card = button("Card", "the digit and its numbers, as a PNG", () => this.share("card.png", () => this.toPng(this.preview)));
    this.gif = button("GIF", "how the digit comes out of its numbers", () => this.share("digit.gif", async () => filmOf(this.shown)));
    this.text = h("input", { type: "text", readonly: true, "aria-label": "the link", hidden: true });
    this.said = h("p", { role: "status" });
    this.element = h(
      "div",
      { class: "share", popover: "auto", role: "dialog", "aria-label": "Share", "data-testid": "share" },
      h("h2", {}, "Share"),
      this.preview,
      h("div", { class: "ways" }, this.link, this.picture, this.card, this.gif),
      this.text,
      this.said,
      button("×", "close (Escape)", () => this.element.hidePopover(), { class: "close", "aria-label": "Close" }),
    );
    this.layer = floating("share", STYLE, this.element);
    addEventListener("resize", () => this.element.matches(":popover-open") && this.place());
  }

  open(opener) {
    flushAll(); // what was changed last is in the link, too
    this.opener = opener ?? this.opener;
    this.layer.dress();
    this.prepare();
    this.element.showPopover();
    this.place();
  }

  prepare() {
    const address = location.pathname.slice(root().pathname.length);
    this.source = find(this.data.pictures[address] ?? DIGIT) ?? find(DIGIT);
    this.shown = this.digit();
    say(this.link, navigator.share ? "Share the link" : "Copy the link");
    for (const one of [this.card, this.gif]) one.hidden = !this.shown;
    this.text.hidden = true;
    say(this.said, "");
    if (this.shown) cardOf(this.preview, this.shown, root());
    else copyOf(this.source, this.preview);
    this.preview.setAttribute("aria-label", this.shown ? `${titleOf(this.shown)}, as a card` : "the picture of this page");
  }

  /** The digit with its numbers and the model that draws it, null on pages that show none. */
  digit() {
    const address = new URLSearchParams(location.search), part = modelNow(address.get("model"));
    if (!part?.model.decode) return null;
    const latent = latentFromText(address.get("z") ?? "", part.model.latentDim);
    const image = part.isDecoded ? null : (part.image ?? null); // of an invented digit, there is nothing but the numbers
    return latent && { latent, part, model: part.model, image, sample: address.get("digit"), name: find("[data-testid=decoded]")?.ariaLabel ?? "" };
  }

  /** The window is too small for both on a phone: there it lies at the lower edge. */
  place() {
    const { offsetWidth: width, offsetHeight: height } = this.element, box = this.opener?.getBoundingClientRect();
    const low = innerHeight - height - AIR, isBelow = box && box.bottom + AIR <= low;
    const left = box ? Math.min(Math.max(box.left, AIR), innerWidth - width - AIR) : (innerWidth - width) / 2;
    this.element.style.translate = `${left}px ${Math.max(isBelow ? box.bottom + AIR : low, AIR)}px`;
  }

  get url() {
    const address = new URL(location.href);
    for (const name of [...NOT_FOR_OTHERS, ...this.data.private]) address.searchParams.delete(name);
    return address.href;
  }

  async shareLink() {
    await written();
    const { url } = this;
    if (navigator.share) {
      const isShared = await navigator.share({ title: document.title, url }).then(() => true, ({ name }) => name === "AbortError");
      if (isShared) return;
    }
    const isCopied = await navigator.clipboard?.writeText(url).then(() => true, () => false);
    if (isCopied) return say(this.said, "Copied: the link opens the same picture elsewhere.");
    this.text.value = url;
    this.text.hidden = false;
    this.text.select();
    say(this.said, "Copy this link: it opens the same picture elsewhere.");
    this.place();
  }

  /** Share a file, or save it where that is not possible. */
  async share(name, make) {
    say(this.said, "Making it …");
    const blob = await make(), file = new File([blob], name, { type: blob.type });
    if (navigator.canShare?.({ files: [file] })) {
      const isShared = await navigator.share({ files: [file], title: document.title }).then(() => true, ({ name: problem }) => problem === "AbortError");
      if (isShared) return say(this.said, "");
    }
    const href = URL.createObjectURL(blob);
    h("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
    return say(this.said, `Saved as ${name}.`);
  }

  toPng(canvas) {
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

/** Wait, not for long, until Python has written into the address what was changed last. */
async function written() {
  const end = performance.now() + WRITTEN_MS;
  while (performance.now() < end && document.querySelector(".stApp[data-test-script-state=running]")) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A picture of a page's canvas, enlarged with sharp edges until it is large enough. */
function pictureOf(source) {
  const scale = Math.max(Math.ceil(SIDE / Math.max(source.width, source.height)), 1);
  return copyOf(source, h("canvas"), scale);
}

function copyOf(source, canvas, scale = 1) {
  Object.assign(canvas, { width: source.width * scale, height: source.height * scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

let share = null;

/** Open the ways to share below the tool's button. */
export default function open(data, opener) {
  share ??= new Share(data);
  share.open(opener);
}
