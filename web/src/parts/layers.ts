/** The layers by kind, one of which is on the map; a search where there are many. */

import type { Layer } from "../api";
import { fill, h } from "../dom";
import { t } from "../language";
import { daysOf } from "../view";
import { daysWords } from "../words";
import type { Tell } from "./part";

const MANY = 6;
/** In the order that a reader looks for them; any other kind comes last. */
const KINDS = (): Record<string, string> => ({ events: t("Incidents"), tracks: t("Patrols"), raster: t("Rasters") });

export class LayerList {
  readonly element = h("section", { class: "block" }, h("h2", { id: "layers-title" }, t("Layers")));
  #search = h("input", { type: "search", placeholder: t("Find a layer"), "aria-label": t("Find a layer") });
  #list = h("div", { class: "layers", role: "radiogroup", "aria-labelledby": "layers-title" });

  constructor(private readonly tell: Tell) {
    this.element.append(this.#search, this.#list);
    this.#search.addEventListener("input", () => this.#narrow());
  }

  offer(layers: Layer[]): void {
    this.#search.hidden = layers.length < MANY;
    const kinds = [...new Set(layers.map(({ kind }) => kind))].sort((a, b) => rank(a) - rank(b));
    fill(this.#list, ...kinds.flatMap((kind) => this.#group(kind, layers, kinds.length > 1 && layers.length >= MANY)));
    this.#narrow();
  }

  check(id: string): void {
    for (const input of this.#list.querySelectorAll("input")) input.checked = input.value === id;
  }

  #group(kind: string, layers: Layer[], named: boolean): HTMLElement[] {
    const choices = layers.filter((layer) => layer.kind === kind).map((layer) => this.#choice(layer));
    return named ? [h("h3", {}, KINDS()[kind] ?? kind), ...choices] : choices;
  }

  /** Every word must stand in the title. */
  #narrow(): void {
    const words = this.#search.value.toLowerCase().split(/\s+/);
    for (const choice of this.#list.querySelectorAll<HTMLElement>(".layer")) {
      const title = choice.textContent?.toLowerCase() ?? "";
      choice.hidden = !words.every((word) => title.includes(word));
    }
  }

  #choice(layer: Layer): HTMLElement {
    const input = h("input", { type: "radio", name: "layer", value: layer.id });
    input.addEventListener("change", () =>
      this.tell({ layer: layer.id, indicator: undefined, from: undefined, to: undefined, categories: [], cell: undefined }),
    );
    const badge = layer.synthetic ? h("span", { class: "badge" }, t("Synthetic")) : null;
    const span = daysWords(daysOf(layer));
    const text = h("span", { class: "layer-text" }, h("span", { class: "layer-title" }, layer.title), h("small", {}, badge, span));
    return h("label", { class: "layer" }, input, text);
  }
}

function rank(kind: string): number {
  const order = Object.keys(KINDS());
  return order.includes(kind) ? order.indexOf(kind) : order.length;
}
