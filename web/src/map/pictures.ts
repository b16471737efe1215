/** Pictures of rasters between land and hexagons. */

import type { Map as MapLibre, RasterTileSource } from "maplibre-gl";

export interface Underlay {
  id: string;
  tiles: string;
  opacity: number;
  attribution: string;
  bounds: [number, number, number, number];
}

const PREFIX = "picture-";
/** The last layer of the coarse land; detailed land, where it is drawn, lies above it. */
const GROUND = ["land-10m", "land-50m"];

export class PictureLayers {
  #shown: Underlay[] = [];

  constructor(private readonly map: MapLibre) {}

  replace(pictures: Underlay[]): void {
    const wanted = new Set(pictures.map(({ id }) => id));
    for (const { id } of this.#shown) if (!wanted.has(id)) this.#remove(PREFIX + id);
    this.#shown = pictures;
    for (const picture of pictures) this.#show(picture);
  }

  /** A new base style took them away. */
  again(): void {
    for (const picture of this.#shown) this.#show(picture);
  }

  #show({ id, tiles, opacity, attribution, bounds }: Underlay): void {
    const name = PREFIX + id;
    const shown = this.map.getSource<RasterTileSource>(name);
    if (shown && shown.tiles[0] !== tiles) shown.setTiles([tiles]);
    if (!shown) {
      const around = bounds[0] < bounds[2] ? { bounds } : {};
      this.map.addSource(name, { type: "raster", tiles: [tiles], tileSize: 256, attribution, ...around });
      this.map.addLayer({ id: name, type: "raster", source: name }, this.#aboveLand());
    }
    this.map.setPaintProperty(name, "raster-opacity", opacity);
  }

  #aboveLand(): string | undefined {
    const order = this.map.getLayersOrder();
    const ground = GROUND.find((id) => order.includes(id));
    return ground ? order[order.indexOf(ground) + 1] : undefined;
  }

  #remove(name: string): void {
    if (this.map.getLayer(name)) this.map.removeLayer(name);
    if (this.map.getSource(name)) this.map.removeSource(name);
  }
}
