// A page without a session listens to its room. When the connection is lost it comes back by itself: not at the same
// moment as ten thousand others, and later from try to try.

const SOONEST_MS = 500, LATEST_MS = 30_000; // within which the first try begins, and any later one
const EACH_MS = 0.4; // for each of those who listen: so many more come back one after the other
const SILENT_MS = 45_000; // without a word, not even that the connection lives: three times as long as it takes the server
const LOOK_MS = 5000;

/**
 * How long to wait before a try, the first being 0, when so many listen: any time up to what it returns. The second is not later
 * than the first: what was started again is back by then.
 */
export const longestWait = (tries, listeners) => Math.min(Math.max(SOONEST_MS, EACH_MS * listeners) * 2 ** Math.max(tries - 1, 0), LATEST_MS);

/**
 * Listens at an address from its making on: `take(message)` gets each message, `say(isHere)` whether the connection is there.
 * Where nothing has been heard yet, `ask()` may say why: it resolves to a message.
 */
export class Listening {
  constructor(url, { take, say, ask }) {
    Object.assign(this, { url, take, say, ask, tries: 0, listeners: 0, hasHeard: false });
    this.connect();
    this.looking = setInterval(() => performance.now() - this.heard > SILENT_MS && this.lose(), LOOK_MS);
    this.back = () => document.visibilityState === "visible" && this.source.readyState === EventSource.CLOSED && this.connectIn(SOONEST_MS);
    document.addEventListener("visibilitychange", this.back); // a phone wakes up
    addEventListener("online", this.back);
  }

  connect() {
    this.source = new EventSource(this.url);
    this.hear();
    this.source.onmessage = ({ data }) => this.receive(data);
    this.source.addEventListener("ping", () => this.hear());
    this.source.onerror = () => this.lose();
  }

  hear() {
    this.heard = performance.now();
  }

  receive(data) {
    this.hear();
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return; // not from a room
    }
    this.tries = 0;
    this.hasHeard = true;
    this.listeners = message.followers ?? this.listeners;
    this.say(true);
    if (message.problem) this.stop();
    this.take(message);
  }

  lose() {
    this.source.close();
    this.hear();
    this.say(false);
    this.connectIn(longestWait(this.tries++, this.listeners));
    if (!this.hasHeard) this.ask().then((message) => message.problem && !this.hasHeard && this.receive(JSON.stringify(message)), () => {});
  }

  connectIn(longest) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), Math.random() * longest);
  }

  stop() {
    this.source.close();
    clearInterval(this.looking);
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.back);
    removeEventListener("online", this.back);
  }
}
