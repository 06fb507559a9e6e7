// Whoever presents: their page is looked at a few times per second, and its scene sent to the room.

import { sceneNow } from "../../frontend/lib/component.js";
import { pollNow } from "../wall/poll.js";
import { ask } from "./requests.js";

const TICK_MS = 125; // from one look at the presenter's page to the next
const COUNT_MS = 3000; // after which an unchanged scene is sent as well, to learn how many follow

let room = null;

/** The room {name, key} that this page presents in, null for none. */
export const presented = () => room;

/** Presents in a room from its making on; `onMessage` gets what the room answers: {followers, problem, notice}. */
export class Presenter {
  constructor(own, onMessage) {
    room = own;
    Object.assign(this, { room, onMessage, table: {}, sent: "", sentAt: 0, sending: null });
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  tick() {
    if (this.sending) return;
    const scene = JSON.stringify({ ...this.table, ...sceneNow(), ...(pollNow() ? { poll: pollNow() } : {}) });
    if (scene === this.sent && performance.now() - this.sentAt < COUNT_MS) return;
    this.sending = this.tell(scene).finally(() => (this.sending = null));
  }

  async tell(scene) {
    try {
      const response = await ask("POST", `/${this.room.name}`, this.room.key, scene);
      const answer = await response.json();
      Object.assign(this, { sent: scene, sentAt: performance.now() });
      if ([403, 404, 410].includes(response.status)) this.stop();
      this.onMessage({ notice: "", problem: "", ...answer });
    } catch {
      this.onMessage({ notice: "The room cannot be reached: trying again." });
      Object.assign(this, { sent: scene, sentAt: performance.now() });
    }
  }

  /** End the room for everybody; what is on its way there arrives before. */
  async end() {
    this.stop();
    await this.sending;
    await ask("DELETE", `/${this.room.name}`, this.room.key).catch(() => {});
  }

  stop() {
    clearInterval(this.timer);
    if (room === this.room) room = null;
  }
}
