// Elements, images on canvases, and images as text.

const OPAQUE = 0xff000000, GREY = 0x010101;
const made = new Map(); // size of an image -> its pixels on a canvas, one for all: they are copied to the canvas at once

/** The shape of an image with so many numbers, which is square, grey or in colour: {side, channels}. */
export function shapeOf(size) {
  const side = Math.sqrt(size);
  return Number.isInteger(side) ? { side, channels: 1 } : { side: Math.round(Math.sqrt(size / 3)), channels: 3 };
}

function pixelsOf(size) {
  if (!made.has(size)) {
    const { side, channels } = shapeOf(size), data = new ImageData(side, side);
    made.set(size, { data, channels, rgba: new Uint32Array(data.data.buffer) });
  }
  return made.get(size);
}

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

/** Create a canvas for an image, at first of 28 x 28 pixels; CSS enlarges it, with sharp edges. */
export function imageCanvas(testId, label) {
  const canvas = h("canvas", { width: 28, height: 28, "data-testid": testId, role: "img", "aria-label": label });
  paint(canvas, null);
  return canvas;
}

/** Paint an image in [0, 1], (784,) or of another square, on a canvas, which gets its size; null paints black. */
export function paint(canvas, image) {
  const context = canvas.getContext("2d");
  if (!image) {
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    return;
  }
  const { side } = shapeOf(image.length);
  if (canvas.width !== side || canvas.height !== side) Object.assign(canvas, { width: side, height: side });
  putImage(context, image, 0);
}

/** Put an image in [0, 1] on a canvas that holds several, with its left edge at `left`. */
export function putImage(context, image, left, top = 0) {
  const { data, channels, rgba } = pixelsOf(image.length);
  if (channels === 1) for (let i = 0; i < rgba.length; i++) rgba[i] = OPAQUE + GREY * Math.round(image[i] * 255);
  else for (let i = 0, k = 0; i < rgba.length; i++, k += 3) {
    rgba[i] = OPAQUE + Math.round(image[k] * 255) + 0x100 * Math.round(image[k + 1] * 255) + 0x10000 * Math.round(image[k + 2] * 255);
  }
  context.putImageData(data, left, top);
}

/** Put an image on a canvas that shows so many side by side, as the one with this number. */
export function putFrame(canvas, image, number, count) {
  const { side } = shapeOf(image.length);
  if (canvas.height !== side) Object.assign(canvas, { width: side * count, height: side });
  putImage(canvas.getContext("2d"), image, side * number);
}

/** Paint what was taken away between two images: red where the first is brighter, blue where the second is. */
export function paintDifference(canvas, before, after) {
  const { side, channels } = shapeOf(before.length), context = canvas.getContext("2d");
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
  const pixels = context.createImageData(side, side);
  for (let i = 0, k = 0; i < before.length; i += channels, k += 4) {
    let difference = 0;
    for (let c = 0; c < channels; c++) difference += (before[i + c] - after[i + c]) / channels;
    const strength = Math.min(Math.abs(difference), 1);
    const colour = difference > 0 ? [239, 68, 68] : [59, 130, 246];
    colour.forEach((v, channel) => (pixels.data[k + channel] = Math.round(255 + strength * (v - 255))));
    pixels.data[k + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

/** Encode an image in [0, 1] as base64 bytes, one per pixel and channel; null stays null. */
export function imageToBase64(image) {
  return image && btoa(String.fromCharCode(...Array.from(image, (value) => Math.round(255 * value))));
}

/** Decode base64 bytes, one per pixel and channel, to an image in [0, 1]. */
export function imageFromBase64(text) {
  return Float32Array.from(atob(text), (character) => character.charCodeAt(0) / 255);
}
