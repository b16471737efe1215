/** The hexagons' source and layers on the map, replaced as a whole. */

import type { Map as MapLibre } from "maplibre-gl";
import { FIRST_ABOVE } from "./basemap";
import { hexagonLayers, markLayers, type Overlay } from "./compose";
import type { Palette } from "./palette";

export class HexagonLayers {
  #layers: string[] = [];
  #sources: string[] = [];

  constructor(private readonly map: MapLibre) {}

  replace(overlay: Overlay | null, colours: Palette, cell: string | undefined): void {
    this.#remove();
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
