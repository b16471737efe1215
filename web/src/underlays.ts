/** Pictures of rasters: which there are, which are chosen, and their place on the maps. */

import type { Api, Picture } from "./api";
import type { Underlay } from "./map/pictures";
import type { Tell } from "./parts/part";
import { PictureList } from "./parts/pictures";
import type { Shade, View } from "./view";

export class Underlays {
  readonly list: PictureList;
  #pictures: Picture[] = [];

  constructor(
    private readonly api: Api,
    tell: Tell,
  ) {
    this.list = new PictureList(tell);
  }

  /** A map can do without: where they cannot be listed, none are offered. */
  async read(view: View): Promise<void> {
    this.#pictures = await this.api.pictures().catch(() => []);
    this.list.offer(this.#pictures, view.pictures ?? {});
  }

  /** On the map, or on the second one: there they may be left out, or be of their first day. */
  of({ pictures = {}, beside }: View, second = false): Underlay[] {
    if (second && beside === "bare") return [];
    const chosen = this.#pictures.filter(({ id }) => id in pictures);
    return chosen.map((picture) => this.#underlay(picture, pictures[picture.id]!, second && beside === "first"));
  }

  /** Whether any that is shown has a history. */
  dated({ pictures = {} }: View): boolean {
    return this.#pictures.some(({ id, times }) => id in pictures && times.length > 1);
  }

  #underlay({ id, bounds, attribution, times }: Picture, { opacity, day }: Shade, first: boolean): Underlay {
    const when = first && times.length > 1 ? times[0] : day;
    const tiles = `${this.api.root.href}rasters/${encodeURIComponent(id)}/tiles/{z}/{x}/{y}.png${when ? `?datetime=${when}` : ""}`;
    return { id, bounds, attribution, tiles, opacity };
  }
}
