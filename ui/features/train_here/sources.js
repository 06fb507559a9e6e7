// What a network in the browser can learn from: digits that the page draws, MNIST's, the visitor's pictures, the digits
// that they have drawn here, and those of everybody in the room that they present in.

import { readSafetensors } from "../../frontend/engine/files.js";
import { root as appRoot } from "../../frontend/lib/address.js";
import { answersNow } from "../wall/poll.js";

export const DRAWN = 2400; // digits that the page draws
export const FEWEST = 10; // digits that a visitor has to draw
const KEY = "playground-drawn-digits", MOST = 100, SIZE = 784;
const fetched = new Map(); // address -> what came from there

/** The choices, {name, words, network}: `network` is "own" where the visitor's pictures need networks of their own. */
export function choicesOf({ mnist, own }) {
  return [
    { name: "drawn", words: "2,400 digits, drawn by this page" },
    ...(mnist ? [{ name: "mnist", words: `${mnist.count.toLocaleString("en")} digits of MNIST` }] : []),
    { name: "mine", words: "the digits you draw here" },
    ...(hasRooms() ? [{ name: "room", words: "what the room drew" }] : []),
    ...(own ? [{ name: "own", words: `your pictures of ${own.name}` }] : []),
  ];
}

/** What the worker learns from, for a choice by its name; resolves when it is here. Throws an Error with a sentence. */
export async function sourceOf(name, { strokes, mnist, own }, seed) {
  if (name === "drawn") return { kind: "drawn", strokes, count: DRAWN, seed };
  if (name === "mine") {
    const all = mine();
    if (all.length < FEWEST) throw new Error(`Draw ${FEWEST - all.length} more: a network needs some to learn from.`);
    const images = new Uint8Array(all.length * SIZE);
    all.forEach(({ image }, i) => images.set(bytesOf(image), i * SIZE));
    return { kind: "few", pictures: { images, labels: Uint16Array.from(all, ({ digit }) => digit), size: SIZE }, count: DRAWN, seed };
  }
  if (name === "room") return roomsOwn(seed);
  const { url } = name === "mnist" ? mnist : own, { tensors, metadata } = await fetchOnce(url);
  const { images, labels = null } = tensors, shape = metadata.shape;
  const pictures = { images, labels, size: shape.slice(1).reduce((a, b) => a * b, 1) };
  const examples = name === "own" ? { classes: JSON.parse(metadata.classes), drawn: JSON.parse(metadata.drawn) } : null;
  return { kind: "pictures", pictures, examples };
}

/** Whether a room that is presented here has drawn enough to learn from. */
export const hasRooms = () => answersNow().length >= FEWEST;

/** What a room has drawn, without the names of its digits: nobody has said them. */
export function roomsOwn(seed) {
  const all = answersNow(), images = new Uint8Array(all.length * SIZE);
  all.forEach(({ pixels }, i) => images.set(pixels, i * SIZE));
  return { kind: "few", pictures: { images, labels: null, size: SIZE }, count: DRAWN, seed };
}

async function fetchOnce(url) {
  if (!fetched.has(url)) {
    const response = await fetch(new URL(url, appRoot())).catch(() => null);
    if (!response?.ok) throw new Error(response?.status === 404 ? "These pictures are no longer on the server." : "The server does not answer: try again.");
    const { tensors, metadata } = readSafetensors(await response.arrayBuffer());
    fetched.set(url, { tensors, metadata: { ...metadata, shape: JSON.parse(metadata.shape) } });
  }
  return fetched.get(url);
}

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** The digits that the visitor has drawn here, {image, digit}, images as bytes in base64; this browser keeps them. */
export function mine() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return found.filter(({ image, digit }) => typeof image === "string" && bytesOf(image).length === SIZE && digit >= 0 && digit <= 9).slice(-MOST);
  } catch {
    return memory;
  }
}

let memory = []; // where the browser keeps nothing

/** Keep these as the visitor's digits. */
export function keepMine(all) {
  memory = all.slice(-MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // until the page is reloaded
  }
}
