/** The detailed coast and borders: large, so fetched when first needed; the coarse ones stay until they are there. */

import type { Map as MapLibre } from "maplibre-gl";
import { DETAIL_ZOOM, FIRST_ABOVE, land, lines, sources } from "./basemap";
import { palette } from "./palette";

const COARSE = ["land-50m", "coast-50m", "borders-50m", "borders-50m-unsettled"];

export class Detail {
  #asked = false;

  constructor(private readonly map: MapLibre) {}

  refine(): void {
    if (this.#asked || this.map.getZoom() < DETAIL_ZOOM || !this.map.getLayer(FIRST_ABOVE)) return;
    this.#asked = true;
    this.#add();
    this.#whenLoaded(() => {
      for (const id of COARSE) this.map.setLayerZoomRange(id, 0, DETAIL_ZOOM);
    });
  }

  /** A new base style took everything away. */
  forget(): void {
    this.#asked = false;
  }

  #add(): void {
    const [colours, zooms] = [palette(), { minzoom: DETAIL_ZOOM }];
    for (const [id, source] of Object.entries(sources("10m"))) this.map.addSource(id, source);
    this.map.addLayer({ ...land("10m", colours), ...zooms } as ReturnType<typeof land>, this.#aboveLand());
    for (const layer of lines("10m", colours)) this.map.addLayer({ ...layer, ...zooms } as typeof layer, FIRST_ABOVE);
  }

  #aboveLand(): string | undefined {
    const order = this.map.getLayersOrder();
    return order[order.indexOf("land-50m") + 1];
  }

  #whenLoaded(action: () => void): void {
    const check = (): void => {
      if (!["land-10m", "borders-10m"].every((id) => this.map.getSource(id) && this.map.isSourceLoaded(id))) return;
      this.map.off("sourcedata", check);
      action();
    };
    this.map.on("sourcedata", check);
  }
}
