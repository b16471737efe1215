/** The outline of a picked area, above everything. */

import type * as GeoJSON from "geojson";
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { palette } from "./palette";

const ID = "picked-area";
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export class AreaOutline {
  #area: GeoJSON.Geometry | null = null;

  constructor(private readonly map: MapLibre) {}

  show(area: GeoJSON.Geometry | null): void {
    this.#area = area;
    const data = area ? { type: "Feature" as const, geometry: area, properties: {} } : NOTHING;
    const source = this.map.getSource<GeoJSONSource>(ID);
    if (source) source.setData(data);
    else if (area) this.#add(data);
  }

  /** A new base style took it away. */
  again(): void {
    this.show(this.#area);
  }

  #add(data: GeoJSON.GeoJSON): void {
    const { mark, casing } = palette();
    this.map.addSource(ID, { type: "geojson", data });
    const line = { type: "line" as const, source: ID, layout: { "line-join": "round" as const } };
    this.map.addLayer({ ...line, id: `${ID}-casing`, paint: { "line-color": casing, "line-width": 5 } });
    this.map.addLayer({ ...line, id: ID, paint: { "line-color": mark, "line-width": 2, "line-dasharray": [2, 1] } });
  }
}
