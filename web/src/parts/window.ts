/** The window of days: two dates, a slider of months, and steps to the neighbouring window. */

import type { Layer, Question } from "../api";
import { h, section } from "../dom";
import { t } from "../language";
import { clamp, lastMonths, monthEnd, monthOf, monthStart, type Span, step } from "../span";
import { daysOf } from "../view";
import { day, spanWords } from "../words";
import type { Part, Tell } from "./part";

export class WindowPicker implements Part {
  #from = h("input", { type: "date", required: true });
  #to = h("input", { type: "date", required: true });
  #first = h("input", { type: "range", "aria-label": t("First month") });
  #last = h("input", { type: "range", "aria-label": t("Last month") });
  #track = h("div", { class: "range" }, this.#first, this.#last);
  #words = h("p", { class: "help" });
  #before = h("button", { type: "button", "aria-label": t("Window before"), title: t("Window before") }, "←");
  #after = h("button", { type: "button", "aria-label": t("Window after"), title: t("Window after") }, "→");
  #all = h("button", { type: "button" }, t("All days"));
  #year = h("button", { type: "button" }, t("Last 12 months"));
  readonly element = section(
    t("Window"),
    h("div", { class: "dates" }, h("label", {}, t("From"), this.#from), h("label", {}, t("Through"), this.#to)),
    this.#track,
    this.#words,
    h("div", { class: "steps" }, this.#before, this.#after, this.#all, this.#year),
  );
  #bounds: Span = { from: "", to: "" };
  #span: Span = this.#bounds;

  constructor(
    private readonly tell: Tell,
    above: HTMLElement,
  ) {
    this.element.insertBefore(above, this.#track);
    for (const input of [this.#from, this.#to]) input.addEventListener("change", () => this.#dates());
    for (const input of [this.#first, this.#last]) input.addEventListener("input", () => this.#months(input));
    this.#before.addEventListener("click", () => this.#choose(step(this.#span, -1, this.#bounds)));
    this.#after.addEventListener("click", () => this.#choose(step(this.#span, 1, this.#bounds)));
    this.#all.addEventListener("click", () => this.#choose(this.#bounds));
    this.#year.addEventListener("click", () => this.#choose(lastMonths(12, this.#bounds)));
  }

  show(layer: Layer, { span }: Question): void {
    this.#bounds = daysOf(layer);
    this.#span = span;
    for (const input of [this.#from, this.#to]) Object.assign(input, { min: this.#bounds.from, max: this.#bounds.to });
    const months = { min: monthOf(this.#bounds.from), max: monthOf(this.#bounds.to) };
    for (const input of [this.#first, this.#last]) Object.assign(input, months);
    this.#from.value = span.from;
    this.#to.value = span.to;
    this.#slide(monthOf(span.from), monthOf(span.to));
    this.#words.textContent = spanWords(span);
    this.#steps();
  }

  #steps(): void {
    const same = (other: Span): boolean => other.from === this.#span.from && other.to === this.#span.to;
    this.#before.disabled = same(step(this.#span, -1, this.#bounds));
    this.#after.disabled = same(step(this.#span, 1, this.#bounds));
    this.#all.setAttribute("aria-pressed", String(same(this.#bounds)));
    this.#year.setAttribute("aria-pressed", String(same(lastMonths(12, this.#bounds))));
  }

  #dates(): void {
    // A half-typed date is no wish to see everything.
    if (this.#from.value && this.#to.value) this.#choose({ from: this.#from.value, to: this.#to.value });
  }

  /** The thumb that moved pushes the other one along. */
  #months(moved: HTMLInputElement): void {
    const value = Number(moved.value);
    const first = moved === this.#last ? Math.min(Number(this.#first.value), value) : value;
    const last = moved === this.#first ? Math.max(Number(this.#last.value), value) : value;
    this.#choose({ from: monthStart(first), to: monthEnd(last) });
  }

  #choose(span: Span): void {
    this.tell(clamp(span, this.#bounds));
  }

  #slide(first: number, last: number): void {
    this.#first.value = String(first);
    this.#last.value = String(last);
    this.#first.setAttribute("aria-valuetext", day(monthStart(first)));
    this.#last.setAttribute("aria-valuetext", day(monthEnd(last)));
    const [low, high] = [Number(this.#first.min), Number(this.#first.max)];
    const share = (month: number): string => String((month - low) / Math.max(high - low, 1));
    this.#track.style.setProperty("--first", share(first));
    this.#track.style.setProperty("--last", share(last));
  }
}
