/** The line between a map and the one under it: dragged, or moved by the arrow keys. */

import { fill, h } from "../dom";
import { t } from "../language";

export class Divider {
  #range = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": t("Where the second map begins") });

  constructor(
    private readonly element: HTMLElement,
    private readonly view: HTMLElement,
  ) {
    fill(element, h("div", { class: "line", "aria-hidden": "true" }), this.#range);
    this.#range.addEventListener("input", () => this.#place());
    this.#place();
  }

  show(yes: boolean): void {
    this.element.hidden = !yes;
    this.view.classList.toggle("swipe", yes);
  }

  #place(): void {
    this.view.style.setProperty("--swipe", String(Number(this.#range.value) / 100));
  }
}
