/** Where the numbers come from, how fresh they are, and on which terms. */

import type { Layer } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import { age, day, moment } from "../words";
import type { Part } from "./part";

export class Provenance implements Part {
  #facts = h("dl", { class: "facts" });
  #links = h("p", { class: "help" });
  readonly element = section(t("About this layer"), this.#facts, this.#links);

  constructor(private readonly root: URL) {}

  show(layer: Layer): void {
    fill(
      this.#facts,
      ...fact(t("Release"), t("{0}, published {1}", layer.release, age(layer.as_of)), moment(layer.as_of)),
      ...fact(t("Data through"), day(layer.data_through)),
      ...fact(t("Source"), layer.attribution),
      ...fact(t("Licence"), layer.licence),
      ...fact(t("Cite"), layer.citation),
    );
    const tiles = this.#link("TileJSON", `tiles/${layer.id}/tilejson.json`);
    fill(this.#links, t("For your own map: "), tiles, ", ", this.#link(t("all addresses"), `layers/${layer.id}`));
  }

  #link(text: string, relative: string): HTMLElement {
    return h("a", { href: new URL(relative, this.root).href }, text);
  }
}

function fact(name: string, value: string | undefined, title?: string): HTMLElement[] {
  return value ? [h("dt", {}, name), h("dd", { title }, value)] : [];
}
