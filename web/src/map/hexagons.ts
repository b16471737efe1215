/** The hexagons' source and layers on the map, replaced as a whole. */

import type { Map as MapLibre, VectorTileSource } from "maplibre-gl";
import { FIRST_ABOVE } from "./basemap";
import { hexagonLayers, markLayers, type Overlay } from "./compose";
import type { Palette } from "./palette";

export class HexagonLayers {
  #layers: string[] = [];
  #sources: string[] = [];
  #form = "";

  constructor(private readonly map: MapLibre) {}

  /** Layers that differ in their tiles only keep their place on the map: new numbers come without a flicker. */
  replace(overlay: Overlay | null, colours: Palette, cell: string | undefined): void {
    const form = JSON.stringify([overlay && hexagonLayers(overlay), colours]);
    if (overlay && form === this.#form) return this.#retile(overlay);
    this.#remove();
    this.#form = form;
    if (!overlay) return;
    for (const [id, source] of Object.entries(overlay.style.sources)) {
      this.map.addSource(id, source);
      this.#sources.push(id);
    }
    this.#add(hexagonLayers(overlay), FIRST_ABOVE);
    this.#add(markLayers(overlay.layer, colours, cell));
  }

  /** A new base style took everything away. */
  forget(): void {
    this.#layers = [];
    this.#sources = [];
    this.#form = "";
  }

  #retile({ style }: Overlay): void {
    for (const [id, source] of Object.entries(style.sources)) {
      const shown = this.map.getSource<VectorTileSource>(id);
      if (source.type === "vector" && source.tiles && String(shown?.tiles) !== String(source.tiles)) {
        shown?.setTiles(source.tiles);
      }
    }
  }

  #add(layers: ReturnType<typeof hexagonLayers>, below?: string): void {
    for (const layer of layers) {
      this.map.addLayer(layer, below);
      this.#layers.push(layer.id);
    }
  }

  #remove(): void {
    for (const id of this.#layers) if (this.map.getLayer(id)) this.map.removeLayer(id);
    for (const id of this.#sources) if (this.map.getSource(id)) this.map.removeSource(id);
    this.forget();
  }
}
