// What the components share: images on canvases, small elements, numbers as text.

/** Create an element: h("p", {class: "note"}, "text", child, ...). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Create a canvas of 28 x 28 pixels; CSS enlarges it, crisp. */
export function imageCanvas(testId, label) {
  const canvas = h("canvas", { width: 28, height: 28, "data-testid": testId, role: "img", "aria-label": label });
  paint(canvas, null);
  return canvas;
}

/** Paint an image (784,) in [0, 1]; null paints black. */
export function paint(canvas, image) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(28, 28);
  for (let i = 0, k = 0; i < 784; i++, k += 4) {
    pixels.data[k] = pixels.data[k + 1] = pixels.data[k + 2] = image ? Math.round(image[i] * 255) : 0;
    pixels.data[k + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

/** Decode base64 bytes, one per pixel, to an image (784,) in [0, 1]. */
export function imageFromBase64(text) {
  return Float32Array.from(atob(text), (character) => character.charCodeAt(0) / 255);
}

/** Return the mean squared error of two images. */
export function meanSquaredError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
