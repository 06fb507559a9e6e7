// A private picture in a room: the presenter's browser sends a small JPEG of it to the room, the followers' fetch that.

import { followed } from "../room/follower.js";
import { presented } from "../room/presenter.js";
import { address } from "../room/requests.js";
import { readPicture } from "./picture.js";
import { toJpeg } from "./save.js";

const MOST = 100_000; // bytes, as `ui/server/room_pictures.py` says
const TRIES = [[1024, 0.8], [1024, 0.6], [768, 0.7], [512, 0.7], [512, 0.5], [320, 0.5]]; // longest side, quality

const lent = new WeakMap(); // picture -> {room, tag}; the tag is "" while it is on its way

/** The tag of a picture in the room that is presented in, "" while nobody presents, or until it has been sent. */
export function tagOf(picture) {
  const room = presented();
  if (!room || !picture) return "";
  if (lent.get(picture)?.room !== room.name) {
    const entry = { room: room.name, tag: "" };
    lent.set(picture, entry);
    send(picture, room).then((tag) => (entry.tag = tag), () => lent.delete(picture)); // the next look tries again
  }
  return lent.get(picture)?.tag ?? "";
}

async function send(picture, { name, key }) {
  const headers = { "Content-Type": "image/jpeg", "X-Room-Key": key };
  const response = await fetch(address(`/${name}/picture`), { method: "POST", body: small(picture), headers });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()).tag;
}

function small(picture) {
  for (const [longest, quality] of TRIES) {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height)), size = (side) => Math.max(1, Math.round(side * scale));
    const [, data] = toJpeg(picture.at(size(picture.width), size(picture.height)), quality).split(",");
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    if (bytes.length <= MOST) return bytes;
  }
  throw new Error("the picture stays too large");
}

/** The picture of a presenter, which a follower fetches: `take(picture)` is called with each. */
export class Borrowed {
  constructor(take) {
    Object.assign(this, { take, tag: "", wanted: "" });
  }

  /** Whether the picture with this tag is here; if not, it is fetched. */
  is(tag) {
    if (tag !== this.tag && tag !== this.wanted) this.fetch(tag);
    return tag === this.tag;
  }

  async fetch(tag) {
    this.wanted = tag;
    const picture = await borrow(tag).catch(() => null);
    if (this.wanted !== tag) return; // another one is shown by now
    this.wanted = "";
    if (!picture) return; // the next scene asks again
    this.tag = tag;
    this.take(picture);
  }
}

async function borrow(tag) {
  const room = followed();
  if (!room || !/^[0-9a-f]{16}$/.test(tag)) return null;
  const response = await fetch(address(`/${room.name}/picture/${tag}`));
  return response.ok ? readPicture(await response.blob()) : null;
}
