/** Pictures to lay below the hexagons, each with its opacity, and its day where it has a history. */

import type { Picture } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import type { Shade } from "../view";
import { day as dayWords } from "../words";
import type { Tell } from "./part";

export class PictureList {
  #list = h("div", { class: "pictures" });
  readonly element = section(t("Pictures below"), this.#list);
  #chosen: Record<string, Shade> = {};

  constructor(private readonly tell: Tell) {
    this.element.hidden = true;
  }

  offer(pictures: Picture[], chosen: Record<string, Shade>): void {
    this.element.hidden = pictures.length === 0;
    this.#chosen = chosen;
    fill(this.#list, ...pictures.map((picture) => this.#row(picture)));
  }

  #row(picture: Picture): HTMLElement {
    const { id, title } = picture;
    const box = h("input", { type: "checkbox", checked: id in this.#chosen });
    const controls = h("div", { class: "shade" }, ...this.#controls(picture));
    controls.hidden = !box.checked;
    // Chosen anew, a picture begins opaque, and with its newest files on top.
    box.addEventListener("change", () => {
      controls.hidden = !box.checked;
      this.#set(id, box.checked ? { opacity: 1 } : undefined);
      fill(controls, ...this.#controls(picture));
    });
    return h("div", { class: "picture" }, h("label", {}, box, " ", title), controls);
  }

  #controls(picture: Picture): (HTMLElement | null)[] {
    return [this.#opacity(picture), picture.times.length > 1 ? this.#days(picture) : null];
  }

  #opacity({ id, title }: Picture): HTMLElement {
    const label = t("Opacity of {0}", title);
    const value = this.#chosen[id]?.opacity ?? 1;
    const range = h("input", { type: "range", min: 0, max: 1, step: 0.05, value, "aria-label": label });
    range.addEventListener("input", () => this.#set(id, { ...this.#chosen[id], opacity: Number(range.value) }));
    return h("label", {}, t("Opacity"), range);
  }

  /** One step a day that has files; the last one lays all of them over each other, newest on top. */
  #days({ id, title, times }: Picture): HTMLElement {
    const chosen = this.#chosen[id]?.day;
    const at = chosen ? Math.max(times.indexOf(chosen), 0) : times.length;
    const range = h("input", { type: "range", min: 0, max: times.length, value: at, "aria-label": t("Day of {0}", title) });
    const said = h("output", {});
    const say = (): void => {
      const found = times[Number(range.value)];
      said.textContent = found ? dayWords(found) : t("All days, newest on top");
      range.setAttribute("aria-valuetext", said.textContent);
    };
    range.addEventListener("input", () => {
      say();
      this.#set(id, { opacity: this.#chosen[id]?.opacity ?? 1, day: times[Number(range.value)] });
    });
    say();
    return h("label", {}, t("Day"), range, said);
  }

  #set(id: string, shade: Shade | undefined): void {
    const { [id]: _, ...others } = this.#chosen;
    this.#chosen = shade === undefined ? others : { ...others, [id]: shade };
    this.tell({ pictures: this.#chosen });
  }
}
