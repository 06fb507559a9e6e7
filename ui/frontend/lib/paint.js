// Elements, images on canvases, and images as text.

const digit = new ImageData(28, 28); // one for all: it is copied to the canvas at once
const rgba = new Uint32Array(digit.data.buffer);
const OPAQUE = 0xff000000, GREY = 0x010101;

/** Create an element: h("p", {class: "note"}, "text", child, ...). */
export function h(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** Create an element of a drawing, such as svg("rect", {x: 1}). */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Let an element say something; where it says so already, nothing is laid out again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Create a button; its title says what it does. */
export function button(text, title, onclick, attributes = {}) {
  return h("button", { type: "button", title, onclick, ...attributes }, text);
}

/** Replace what a list holds; the focus stays on the button in its place, or on the next one before it that can be used. */
export function refill(list, children) {
  const buttons = () => [...list.querySelectorAll("button")];
  const place = buttons().indexOf(list.getRootNode().activeElement);
  list.replaceChildren(...children);
  if (place >= 0) buttons().slice(0, place + 1).findLast((one) => !one.disabled)?.focus();
}

/** Create a canvas of 28 x 28 pixels; CSS enlarges it, with sharp edges. */
export function imageCanvas(testId, label) {
  const canvas = h("canvas", { width: 28, height: 28, "data-testid": testId, role: "img", "aria-label": label });
  paint(canvas, null);
  return canvas;
}

/** Paint an image (784,) in [0, 1]; null paints black. */
export function paint(canvas, image) {
  putImage(canvas.getContext("2d"), image, 0);
}

/** Put an image (784,) in [0, 1] on a canvas that holds several, with its left edge at `left`; null is black. */
export function putImage(context, image, left, top = 0) {
  for (let i = 0; i < 784; i++) rgba[i] = OPAQUE + GREY * (image ? Math.round(image[i] * 255) : 0);
  context.putImageData(digit, left, top);
}

/** Paint what was taken away between two images (784,): red where the first is brighter, blue where the second is. */
export function paintDifference(canvas, before, after) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(28, 28);
  for (let i = 0, k = 0; i < 784; i++, k += 4) {
    const strength = Math.min(Math.abs(before[i] - after[i]), 1);
    const colour = before[i] > after[i] ? [239, 68, 68] : [59, 130, 246];
    colour.forEach((v, channel) => (pixels.data[k + channel] = Math.round(255 + strength * (v - 255))));
    pixels.data[k + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

/** Encode an image (784,) in [0, 1] as base64 bytes, one per pixel; null stays null. */
export function imageToBase64(image) {
  return image && btoa(String.fromCharCode(...Array.from(image, (value) => Math.round(255 * value))));
}

/** Decode base64 bytes, one per pixel, to an image (784,) in [0, 1]. */
export function imageFromBase64(text) {
  return Float32Array.from(atob(text), (character) => character.charCodeAt(0) / 255);
}
