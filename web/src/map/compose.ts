/** What is drawn for one layer: the service's hexagons and the marks on top. Pure: the chart puts it on the map. */

import type { FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Palette } from "./palette";

export const HOVER = "cell-hover";
const CASING = "cell-selected-casing";
const SELECTED = "cell-selected";
export const SELECTION = [CASING, SELECTED];

/** What the service said about one layer's hexagons. */
export interface Overlay {
  layer: string;
  style: StyleSpecification;
}

/** The service's own background, if any, would hide our base map. */
export function hexagonLayers({ style }: Overlay): LayerSpecification[] {
  return style.layers.filter((layer) => layer.type !== "background");
}

export function fillIds(overlay: Overlay): string[] {
  return hexagonLayers(overlay)
    .filter((layer) => layer.type === "fill")
    .map((layer) => layer.id);
}

/** Tile addresses on the page's own root, so that the page works behind a tunnel or proxy the service does not know. */
export function withOwnTiles(style: StyleSpecification, root: URL): StyleSpecification {
  const sources = Object.entries(style.sources).map(([id, source]) => [id, ownTiles(source, root)]);
  return { ...style, sources: Object.fromEntries(sources) };
}

/** Outlines of the hexagon under the pointer and of the selected one. */
export function markLayers(layer: string, colours: Palette, cell: string | undefined): LayerSpecification[] {
  const on = { type: "line" as const, source: layer, "source-layer": layer, layout: { "line-join": "round" as const } };
  const selected = { ...on, filter: onCell(cell) };
  return [
    { ...on, id: HOVER, filter: onCell(undefined), paint: { "line-color": colours.mark, "line-width": 1.5 } },
    { ...selected, id: CASING, paint: { "line-color": colours.casing, "line-width": 6 } },
    { ...selected, id: SELECTED, paint: { "line-color": colours.mark, "line-width": 3 } },
  ];
}

export function onCell(cell: string | undefined): FilterSpecification {
  return ["==", ["get", "h3"], cell ?? ""];
}

function ownTiles(source: SourceSpecification, root: URL): SourceSpecification {
  if (source.type !== "vector" || !source.tiles) return source;
  const tiles = source.tiles.map((address) => `${root.href}${address.slice(address.indexOf("/tiles/") + 1)}`);
  return { ...source, tiles };
}
