/** Which kinds of event are counted; none chosen means all of them. */

import type { Category, Layer, Question } from "../api";
import { fill, h } from "../dom";
import { t } from "../language";
import type { Part, Tell } from "./part";

export class CategoryPicker implements Part {
  #chips = h("div", { class: "chips" });
  #all = h("button", { type: "button", class: "quiet" }, t("Count all"));
  readonly element = h(
    "fieldset",
    { class: "block" },
    h("legend", {}, h("span", { class: "h2" }, t("Categories"))),
    this.#chips,
    this.#all,
  );
  #offered = "";

  constructor(private readonly tell: Tell) {
    this.#all.addEventListener("click", () => tell({ categories: [] }));
  }

  show(layer: Layer, { categories }: Question): void {
    this.element.hidden = layer.categories.length < 2;
    const offered = JSON.stringify(layer.categories);
    if (this.#offered !== offered) fill(this.#chips, ...layer.categories.map((category) => this.#chip(category)));
    this.#offered = offered;
    for (const input of this.#inputs()) input.checked = categories.includes(input.value);
    this.#all.disabled = categories.length === 0;
    this.#all.textContent = categories.length === 0 ? t("All are counted") : t("Count all");
  }

  #chip({ id, title }: Category): HTMLElement {
    const input = h("input", { type: "checkbox", value: id });
    input.addEventListener("change", () => this.tell({ categories: this.#chosen() }));
    return h("label", { class: "chip" }, input, h("span", {}, t(title)));
  }

  #inputs(): HTMLInputElement[] {
    return [...this.#chips.querySelectorAll("input")];
  }

  #chosen(): string[] {
    return this.#inputs()
      .filter(({ checked }) => checked)
      .map(({ value }) => value);
  }
}
