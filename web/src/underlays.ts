/** Pictures of rasters: which there are, which are chosen, and their place on the map. */

import type { Api, Picture } from "./api";
import type { Chart } from "./map/chart";
import type { Tell } from "./parts/part";
import { PictureList } from "./parts/pictures";
import type { View } from "./view";

export class Underlays {
  readonly list: PictureList;
  #pictures: Picture[] = [];

  constructor(
    private readonly api: Api,
    private readonly chart: Chart,
    tell: Tell,
  ) {
    this.list = new PictureList(tell);
  }

  /** A map can do without: where they cannot be listed, none are offered. */
  async read(view: View): Promise<void> {
    this.#pictures = await this.api.pictures().catch(() => []);
    this.list.offer(this.#pictures, view.pictures ?? {});
    this.show(view);
  }

  show({ pictures = {} }: View): void {
    const chosen = this.#pictures.filter(({ id }) => id in pictures);
    this.chart.showPictures(
      chosen.map(({ id, bounds, attribution }) => {
        const tiles = `${this.api.root.href}rasters/${encodeURIComponent(id)}/tiles/{z}/{x}/{y}.png`;
        return { id, bounds, attribution, tiles, opacity: pictures[id] ?? 1 };
      }),
    );
  }
}
