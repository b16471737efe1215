/** What the map is compared with, and how: side by side, one under the other, or as the change. */

import type { Layer, Question } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import { clamp, type Span, step } from "../span";
import { daysOf, earlier, type How, otherDays, type View } from "../view";
import type { Tell } from "./part";

const OTHER = "days";

export class BesidePicker {
  #select = h("select", { "aria-label": t("Compare with") });
  #from = h("input", { type: "date", required: true });
  #to = h("input", { type: "date", required: true });
  #dates = h("div", { class: "dates" }, h("label", {}, t("First day"), this.#from), h("label", {}, t("Last day"), this.#to));
  #how = h("div", { class: "chips", role: "radiogroup", "aria-label": t("How to compare") });
  readonly element = section(t("Compare"), this.#select, this.#dates, this.#how);
  #shown: { layer: Layer; span: Span; view: View } | undefined;

  constructor(private readonly tell: Tell) {
    this.#select.addEventListener("change", () => this.#choose());
    for (const input of [this.#from, this.#to]) input.addEventListener("change", () => this.#days());
    fill(this.#how, this.#way("", t("Side by side")), this.#way("swipe", t("Swipe")), this.#way("change", t("As change")));
  }

  /** `dated`: whether a picture that is shown has several days. */
  offer(layers: Layer[], layer: Layer, { span }: Question, view: View, dated: boolean): void {
    this.#shown = { layer, span, view };
    const others = layers.filter(({ id }) => id !== layer.id);
    const pictures = Object.keys(view.pictures ?? {}).length > 0;
    fill(
      this.#select,
      h("option", { value: "" }, t("One map")),
      h("option", { value: "before", disabled: !earlier("before", span, layer) }, t("The window before")),
      h("option", { value: "year", disabled: !earlier("year", span, layer) }, t("The same days a year earlier")),
      h("option", { value: OTHER }, t("Other days")),
      pictures ? h("option", { value: "bare" }, t("The map without pictures")) : null,
      dated ? h("option", { value: "first" }, t("The first day of the pictures")) : null,
      others.length ? h("optgroup", { label: t("Another layer") }, ...others.map(choice)) : null,
    );
    const named = view.beside?.includes("/");
    this.#select.value = named ? OTHER : (view.beside ?? "");
    this.#dates.hidden = !named;
    const days = otherDays(view.beside, span, layer);
    for (const input of [this.#from, this.#to]) Object.assign(input, { min: layer.data_from, max: layer.data_through });
    if (days) [this.#from.value, this.#to.value] = [days.from, days.to];
    this.#ways(view, days !== undefined);
  }

  /** A change is one of the same numbers: of the same layer on other days. */
  #ways({ beside, how }: View, days: boolean): void {
    this.#how.hidden = !beside;
    for (const input of this.#how.querySelectorAll("input")) {
      input.disabled = input.value === "change" && !days;
      input.checked = input.value === (input.disabled ? "" : (how ?? ""));
    }
  }

  #way(value: How | "", label: string): HTMLElement {
    const input = h("input", { type: "radio", name: "how", value });
    input.addEventListener("change", () => this.tell({ how: value || undefined }));
    return h("label", { class: "chip" }, input, h("span", {}, label));
  }

  #choose(): void {
    const { value } = this.#select;
    if (value === OTHER) return this.#otherDays();
    this.tell(value ? { beside: value } : { beside: undefined, how: undefined });
  }

  /** Begins with the window before, or with all days where there is none. */
  #otherDays(): void {
    const { layer, span } = this.#shown!;
    const days = daysOf(layer);
    const { from, to } = earlier("before", span, layer) ?? step(span, 1, days);
    this.tell({ beside: `${from}/${to}` });
  }

  #days(): void {
    if (!this.#from.value || !this.#to.value || !this.#shown) return;
    const { from, to } = clamp({ from: this.#from.value, to: this.#to.value }, daysOf(this.#shown.layer));
    this.tell({ beside: `${from}/${to}` });
  }
}

function choice({ id, title }: Layer): HTMLElement {
  return h("option", { value: id }, title);
}
