/** What stands on a second map beside the first. */

import type { Layer, Question } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import { earlier } from "../view";
import type { Tell } from "./part";

export class BesidePicker {
  #select = h("select", { "aria-label": t("Compare with") });
  readonly element = section(t("Compare"), this.#select);

  constructor(tell: Tell) {
    this.#select.addEventListener("change", () => tell({ beside: this.#select.value || undefined }));
  }

  offer(layers: Layer[], shown: Layer, { span }: Question, chosen: string | undefined): void {
    const others = layers.filter(({ id }) => id !== shown.id);
    fill(
      this.#select,
      h("option", { value: "" }, t("One map")),
      h("option", { value: "before", disabled: !earlier("before", span, shown) }, t("The window before")),
      h("option", { value: "year", disabled: !earlier("year", span, shown) }, t("The same days a year earlier")),
      others.length ? h("optgroup", { label: t("Another layer") }, ...others.map(choice)) : null,
    );
    this.#select.value = chosen ?? "";
  }
}

function choice({ id, title }: Layer): HTMLElement {
  return h("option", { value: id }, title);
}
