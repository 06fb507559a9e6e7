// Where a visitor is in the tour: in the browser's storage, and in the page's address while the tour goes on.

const STORED = "tour-step"; // in the browser's storage
const PARAMETER = "tour";

/** The step at which the tour was left, from 0. */
export const memory = {
  get step() {
    try {
      return Math.max(Math.floor(Number(localStorage.getItem(STORED))), 0) || 0;
    } catch {
      return 0; // storage may be forbidden
    }
  },
  set step(number) {
    try {
      localStorage.setItem(STORED, number);
    } catch {}
  },
};

/** The number of the step in the page's address. */
export class Address {
  #step = null;

  /** The step, from 1; null for none. */
  set step(number) {
    this.#step = number;
    this.keep();
  }

  /** Put the step back where Python has written an address without it. */
  keep() {
    const address = this.withStep(location.href);
    if (address !== location.href) history.replaceState(history.state, "", address);
  }

  withStep(url) {
    const address = new URL(url, document.baseURI);
    if (this.#step === null) address.searchParams.delete(PARAMETER);
    else address.searchParams.set(PARAMETER, this.#step);
    return address.href;
  }
}
