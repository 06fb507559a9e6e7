"""A line with a long round trip between a page and the server's WebSocket, made in the browser."""

from __future__ import annotations

# Messages keep their order. `window.line` is the milliseconds of one way; it can be set when the page has loaded.
SLOW_LINE = """
window.line = 0;
const lateListeners = new WeakMap();
window.WebSocket = class extends WebSocket {
  send(data) {
    setTimeout(() => super.send(data), window.line);
  }
  addEventListener(type, listener, options) {
    if (type !== "message") return super.addEventListener(type, listener, options);
    const late = (event) => setTimeout(() => listener.call(this, event), window.line);
    lateListeners.set(listener, late);
    super.addEventListener(type, late, options);
  }
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, lateListeners.get(listener) ?? listener, options);
  }
};
"""
