/** The list of layers, one of which is on the map. */

import type { Layer } from "../api";
import { fill, h } from "../dom";
import { t } from "../language";
import { day } from "../words";
import type { Tell } from "./part";

export class LayerList {
  readonly element = h("section", { class: "block" }, h("h2", { id: "layers-title" }, t("Layers")));
  #list = h("div", { class: "layers", role: "radiogroup", "aria-labelledby": "layers-title" });

  constructor(private readonly tell: Tell) {
    this.element.append(this.#list);
  }

  offer(layers: Layer[]): void {
    fill(this.#list, ...layers.map((layer) => this.#choice(layer)));
  }

  check(id: string): void {
    for (const input of this.#list.querySelectorAll("input")) input.checked = input.value === id;
  }

  #choice(layer: Layer): HTMLElement {
    const input = h("input", { type: "radio", name: "layer", value: layer.id });
    input.addEventListener("change", () =>
      this.tell({ layer: layer.id, indicator: undefined, from: undefined, to: undefined, categories: [], cell: undefined }),
    );
    const badge = layer.synthetic ? h("span", { class: "badge" }, t("Synthetic")) : null;
    const span = t("{0} to {1}", day(layer.data_from), day(layer.data_through));
    const text = h("span", { class: "layer-text" }, h("span", { class: "layer-title" }, layer.title, badge), h("small", {}, span));
    return h("label", { class: "layer" }, input, text);
  }
}
