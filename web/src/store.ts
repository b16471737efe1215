/** The one place that knows the current view; everything else listens. */

import { readHash, type View, writeHash } from "./view";

export type Change = Partial<View>;
type Listener = (view: View, change: Change) => void;

export class Store {
  #view: View;
  #listeners: Listener[] = [];

  constructor() {
    this.#view = readHash(location.hash);
    addEventListener("hashchange", () => this.set(readHash(location.hash)));
  }

  get view(): View {
    return this.#view;
  }

  on(listener: Listener): void {
    this.#listeners.push(listener);
  }

  set(change: Change): void {
    this.#view = { ...this.#view, ...change };
    // Replaced, not pushed: a reader who moved the map twenty times wants one step back.
    history.replaceState(null, "", writeHash(this.#view));
    for (const listener of this.#listeners) listener(this.#view, change);
  }
}
