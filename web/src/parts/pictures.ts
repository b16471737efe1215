/** Pictures to lay below the hexagons, each with its opacity. */

import type { Picture } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import type { Tell } from "./part";

export class PictureList {
  #list = h("div", { class: "pictures" });
  readonly element = section(t("Pictures below"), this.#list);
  #chosen: Record<string, number> = {};

  constructor(private readonly tell: Tell) {
    this.element.hidden = true;
  }

  offer(pictures: Picture[], chosen: Record<string, number>): void {
    this.element.hidden = pictures.length === 0;
    this.#chosen = chosen;
    fill(this.#list, ...pictures.map((picture) => this.#row(picture)));
  }

  #row({ id, title }: Picture): HTMLElement {
    const share = this.#chosen[id];
    const box = h("input", { type: "checkbox", checked: share !== undefined });
    const label = t("Opacity of {0}", title);
    const range = h("input", { type: "range", min: 0, max: 1, step: 0.05, value: share ?? 1, "aria-label": label });
    range.hidden = share === undefined;
    box.addEventListener("change", () => {
      range.hidden = !box.checked;
      this.#set(id, box.checked ? Number(range.value) : undefined);
    });
    range.addEventListener("input", () => this.#set(id, Number(range.value)));
    return h("div", { class: "picture" }, h("label", {}, box, " ", title), range);
  }

  #set(id: string, share: number | undefined): void {
    const { [id]: _, ...others } = this.#chosen;
    this.#chosen = share === undefined ? others : { ...others, [id]: share };
    this.tell({ pictures: this.#chosen });
  }
}
