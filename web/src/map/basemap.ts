/** Land, borders and country names of Natural Earth, drawn below and above the hexagons. */

import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import borders10 from "../../generated/borders-10m.geojson?url";
import borders50 from "../../generated/borders-50m.geojson?url";
import land10 from "../../generated/land-10m.geojson?url";
import land50 from "../../generated/land-50m.geojson?url";
import names from "../../generated/names.geojson?url";
import { language } from "../language";
import type { Palette } from "./palette";

/** From this zoom on the small scale's straight lines show. */
export const DETAIL_ZOOM = 5;
/** The first layer above the hexagons. */
export const FIRST_ABOVE = "coast-50m";

type Scale = "50m" | "10m";

const FILES = { "50m": { land: land50, borders: borders50 }, "10m": { land: land10, borders: borders10 } };

export function basemap(colours: Palette): StyleSpecification {
  return {
    version: 8,
    sources: { ...sources("50m"), names: geojson(names) },
    layers: [
      { id: "water", type: "background", paint: { "background-color": colours.water } },
      land("50m", colours),
      ...lines("50m", colours),
      labels(colours),
    ],
  };
}

export function sources(scale: Scale): Record<string, SourceSpecification> {
  const { land, borders } = FILES[scale];
  return { [`land-${scale}`]: geojson(land), [`borders-${scale}`]: geojson(borders) };
}

function geojson(url: string): SourceSpecification {
  const data = new URL(url, location.href).href;
  return { type: "geojson", data, attribution: "Natural Earth", tolerance: 0.2 };
}

export function land(scale: Scale, colours: Palette): LayerSpecification {
  const source = `land-${scale}`;
  return { id: source, type: "fill", source, paint: { "fill-color": colours.land } };
}

export function lines(scale: Scale, colours: Palette): LayerSpecification[] {
  const source = `borders-${scale}`;
  const coast = { "line-color": colours.coast, "line-width": width(0.4, 1.2) };
  const border = { "line-color": colours.border, "line-width": width(0.6, 1.6) };
  const broken = { ...border, "line-dasharray": [3, 2] };
  return [
    { id: `coast-${scale}`, type: "line", source: `land-${scale}`, paint: coast },
    { id: source, type: "line", source, filter: ["get", "settled"], paint: border },
    { id: `${source}-unsettled`, type: "line", source, filter: ["!", ["get", "settled"]], paint: broken },
  ];
}

/** Without a glyph address the letters are drawn from the reader's own fonts: nothing is fetched. */
function labels(colours: Palette): LayerSpecification {
  return {
    id: "names",
    type: "symbol",
    source: "names",
    minzoom: 2.5,
    maxzoom: 8,
    layout: {
      "text-field": ["upcase", ["coalesce", ["get", `name_${language}`], ["get", "name"]]],
      "text-font": ["sans-serif"],
      "text-size": ["interpolate", ["linear"], ["zoom"], 3, 9.5, 7, 14],
      "text-letter-spacing": 0.14,
      "text-max-width": 8,
      "text-padding": 8,
      "symbol-sort-key": ["-", 0, ["get", "size"]],
    },
    paint: { "text-color": colours.name, "text-halo-color": colours.halo, "text-halo-width": 2 },
  };
}

function width(small: number, large: number): ["interpolate", ["linear"], ["zoom"], number, number, number, number] {
  return ["interpolate", ["linear"], ["zoom"], 2, small, 8, large];
}
