// What whoever presents asks the hall, and the digits that have come as answers. The question is a part of the room's scene,
// which `room/presenter.js` sends; new answers are fetched a few times a second, however many come.

import { ask } from "../room/requests.js";
import { readAnswer } from "./answer.js";

const LOOK_MS = 250; // from one look at the answers to the next
const EPOCH_S = Date.UTC(2026, 0) / 1000; // numbers in a scene are at most 1e9
const GONE = [403, 404, 410]; // the room, or this page's right to it
const KEPT = "poll"; // in the tab's storage, for a reload

const listeners = new Set();
let [room, poll, timer, after, isLooking] = [null, null, 0, "", false];
let answers = new Map(); // phone -> {phone, latent, pixels}, the oldest first

/** What is asked in the room {name, key} that is presented here, {number, question, model, numbers, open}; null for nothing. */
export const pollNow = () => poll;

/** The answers so far, the oldest first: [{phone, latent, pixels}]. */
export const answersNow = () => [...answers.values()];

/** The room that can be asked, null for none. */
export const roomToAsk = () => room;

/** Have changed(new answers) called when the poll or its answers change, null for another poll, or fewer answers; returns what ends that. */
export function listen(changed) {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

const tell = (news) => listeners.forEach((changed) => changed(news));

/** Present in a room, or in none any more: null. */
export function presentIn(next) {
  if (next?.name === room?.name) return;
  room = next;
  clearInterval(timer);
  const kept = read();
  begin(kept && kept.room === room?.name ? kept.poll : null);
}

/** Ask something, to be answered with digits of a model with so many numbers. */
export function askHall(question, { name: model, numbers }) {
  const number = Math.max(Math.floor(Date.now() / 1000) - EPOCH_S, (poll?.number ?? 0) + 1); // it grows, after a reload, too
  begin({ number, question, model, numbers, open: true });
}

/** Forget all answers, and ask for others. */
export const clearAnswers = () => askHall(poll.question, { name: poll.model, numbers: poll.numbers });

/** Take no answers for a while, or take them again. */
export function setOpen(open) {
  poll = { ...poll, open };
  write();
  tell([]);
}

/** Take the answer of a phone away; none is taken from it any more. */
export async function removeAnswer(phone) {
  answers.delete(phone);
  tell(null);
  await ask("DELETE", `/${room.name}/answers/${phone}`, room.key).catch(() => {}); // it is gone from the wall, at least
}

function begin(next) {
  [poll, after, answers] = [next, "", new Map()];
  write();
  clearInterval(timer);
  if (poll) timer = setInterval(look, LOOK_MS);
  tell(null);
}

async function look() {
  if (isLooking) return;
  const mine = poll.number;
  isLooking = true;
  const found = await fetchNew().catch(() => null); // the next look may find more
  isLooking = false;
  if (found && poll?.number === mine) take(found);
}

async function fetchNew() {
  const response = await ask("GET", `/${room.name}/answers?after=${encodeURIComponent(after)}`, room.key);
  if (GONE.includes(response.status)) presentIn(null);
  return response.ok ? response.json() : null;
}

function take({ number, answers: found, after: last }) {
  if (number !== poll.number) return; // the room does not know yet that something else is asked
  after = last;
  const news = [];
  for (const [phone, text] of found) {
    const answer = readAnswer(text, poll.numbers);
    if (!answer || isSame(answers.get(phone), answer)) continue;
    answers.delete(phone);
    answers.set(phone, { phone, ...answer });
    news.push(answers.get(phone));
  }
  if (news.length) tell(news);
}

const isSame = (before, next) => Boolean(before) && before.pixels.every((v, i) => v === next.pixels[i]);

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null; // storage may be forbidden
  }
}

function write() {
  try {
    if (poll) sessionStorage.setItem(KEPT, JSON.stringify({ room: room.name, poll }));
    else sessionStorage.removeItem(KEPT);
  } catch {} // until the page is reloaded
}
