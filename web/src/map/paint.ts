/** How long a tile takes from being asked for to the frame that shows it: for measurements, and for who looks into a slow map. */

import type { Map as MapLibre, MapSourceDataEvent, RasterTileSource, VectorTileSource } from "maplibre-gl";

export const TILE = "hexwatch-tile";

export class PaintTimes {
  #asked = new Map<string, number>();
  #arrived: string[] = [];

  asking(url: string): void {
    if (url.includes("/tiles/")) this.#asked.set(url, performance.now());
  }

  watch(map: MapLibre): void {
    map.on("sourcedata", (event) => this.#arrive(map, event));
    map.on("render", () => this.#rendered());
  }

  #arrive(map: MapLibre, { sourceId, tile }: MapSourceDataEvent): void {
    const source = tile && map.getSource<RasterTileSource | VectorTileSource>(sourceId);
    const [z, x, y] = tile ? [tile.tileID.canonical.z, tile.tileID.canonical.x, tile.tileID.canonical.y] : [];
    const url = source?.tiles?.[0]?.replace("{z}", `${z}`).replace("{x}", `${x}`).replace("{y}", `${y}`);
    if (url && this.#asked.has(url)) this.#arrived.push(url);
  }

  /** The browser begins its next frame when this one is out of its hands. */
  #rendered(): void {
    const arrived = this.#arrived.splice(0);
    if (arrived.length > 0) requestAnimationFrame((end) => arrived.forEach((url) => this.#tell(url, end)));
  }

  /** Observers hear of it; nothing is kept, or a map that plays all day would fill the memory. */
  #tell(url: string, end: number): void {
    const start = this.#asked.get(url);
    this.#asked.delete(url);
    if (start === undefined) return;
    performance.measure(TILE, { start, end: Math.max(start, end), detail: url });
    performance.clearMeasures(TILE);
  }
}
