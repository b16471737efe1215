/** Which number the hexagons are coloured by. */

import type { Layer, Question } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import { capital } from "../words";
import type { Part, Tell } from "./part";

export class IndicatorPicker implements Part {
  #select = h("select", { "aria-label": t("Measure shown"), "aria-describedby": "indicator-help" });
  #help = h("p", { class: "help", id: "indicator-help" });
  readonly element = section(t("Measure"), this.#select, this.#help);

  constructor(tell: Tell) {
    this.#select.addEventListener("change", () => tell({ indicator: this.#select.value }));
  }

  show(layer: Layer, { indicator }: Question): void {
    fill(this.#select, ...layer.indicators.map(({ id, title }) => h("option", { value: id }, t(title))));
    this.#select.value = indicator;
    const shown = layer.indicators.find(({ id }) => id === indicator);
    this.#help.textContent = shown ? `${capital(t(shown.formula))}. ${t(shown.source)}.` : "";
  }
}
