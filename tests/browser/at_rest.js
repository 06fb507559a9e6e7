// Runs in a page before its own scripts, and keeps account of what is still due there: frames that were asked for, timers
// that go off soon, files that were asked for, runs of the app's script whose end Python has not told. `settled` and
// `painted` are asked once per frame, and answer true when nothing of that kind was due for some frames on end.

(() => {
  const SOON_MS = 500; // a longer timer is no consequence of what a visitor did a moment ago: it polls, reconnects, gives up
  const FRAMES_MS = 60; // a timer of no more than some frames
  const QUIET = 3; // frames: what is due may only show when the next one begins
  const RERUN_SCRIPT = 11; // fields of Streamlit's BackMsg, and of its ForwardMsg
  const [NEW_SESSION, SCRIPT_FINISHED] = [4, 6];
  const FINISHED_EARLY_FOR_RERUN = 2;

  const frames = new Set();
  const timers = new Map();
  const loads = new Map();
  const sockets = new Map(); // of Streamlit, with whether Python owes an answer
  const connection = []; // when they opened and closed

  const { setTimeout, clearTimeout, requestAnimationFrame, cancelAnimationFrame, fetch, WebSocket } = window;

  window.setTimeout = (action, milliseconds = 0, ...given) => {
    if (typeof action !== "function" || milliseconds > SOON_MS) return setTimeout(action, milliseconds, ...given);
    const run = (...all) => {
      timers.delete(id);
      action(...all);
    };
    const id = setTimeout(run, milliseconds, ...given);
    timers.set(id, milliseconds);
    return id;
  };
  window.clearTimeout = (id) => {
    timers.delete(id);
    clearTimeout(id);
  };
  window.requestAnimationFrame = (action) => {
    const id = requestAnimationFrame((time) => {
      frames.delete(id);
      action(time);
    });
    frames.add(id);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    frames.delete(id);
    cancelAnimationFrame(id);
  };
  window.fetch = (what, options) => {
    const load = {};
    loads.set(load, String(what?.url ?? what));
    return fetch(what, options).finally(() => loads.delete(load));
  };

  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      sockets.set(this, "opens");
      this.addEventListener("open", () => connection.push(["open", Date.now()]));
      this.addEventListener("close", () => {
        sockets.delete(this);
        connection.push(["close", Date.now()]);
      });
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        for (const [field, value] of fields(new Uint8Array(data))) {
          if (field === NEW_SESSION) sockets.set(this, "runs");
          if (field === SCRIPT_FINISHED && value !== FINISHED_EARLY_FOR_RERUN) sockets.set(this, "");
        }
      });
    }

    send(data) {
      super.send(data);
      for (const [field] of fields(new Uint8Array(data))) if (field === RERUN_SCRIPT) sockets.set(this, "was asked to run");
    }
  };

  // The fields of a protobuf message, each with its number and, if it is one, its value.
  function* fields(bytes) {
    let at = 0;
    const varint = () => {
      let [value, scale] = [0, 1];
      for (;;) {
        const byte = bytes[at++] ?? 0;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
        scale *= 128;
      }
    };
    while (at < bytes.length) {
      const tag = varint();
      let value;
      if (tag % 8 === 0) value = varint();
      else if (tag % 8 === 2) at = varint() + at; // in this order: reading the length moves on
      else at += tag % 8 === 1 ? 8 : 4;
      yield [Math.floor(tag / 8), value];
    }
  }

  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const unready = () => roots(document).flatMap((root) => [...root.querySelectorAll("[data-ready=false]")]);

  function unsettled() {
    const app = document.querySelector(".stApp");
    return [
      ...[...timers.values()].map((milliseconds) => `a timer of ${milliseconds} ms`),
      ...[...loads.values()].map((url) => `${url} loads`),
      ...[...sockets.values()].filter(Boolean).map((state) => `Python ${state}`),
      ...(app && app.dataset.testConnectionState !== "CONNECTED" ? ["Streamlit connects"] : []),
      ...(app && app.dataset.testScriptState !== "notRunning" ? ["Streamlit has not heard of the end"] : []),
      ...("opening" in document.documentElement.dataset ? ["the page opens"] : []),
      ...unready().map((part) => `${part.className} is not ready`),
    ];
  }

  const unpainted = () => [
    ...[...frames].map(() => "a frame"),
    ...[...timers.values()].filter((milliseconds) => milliseconds <= FRAMES_MS).map(() => "a timer of some frames"),
  ];
  let quiet = 0; // frames without anything due
  const count = (due) => (quiet = due.length ? 0 : quiet + 1) > QUIET;

  window.atRest = {
    connection,
    disconnect: () => [...sockets.keys()].forEach((socket) => socket.close()),
    look: () => void (quiet = 0),
    painted: () => count(unpainted()),
    settled: () => count([...unpainted(), ...unsettled()]),
    due: () => [...unpainted(), ...unsettled()],
  };
})();
