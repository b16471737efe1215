// A protocol that MapLibre asks for tiles: it fetches Arrow columns and draws the outlines here, in the browser.
import { cellToBoundary, POLYGON_TO_CELLS_FLAGS, polygonToCellsExperimental } from "h3-js";
import { GeoJSONVT } from "@maplibre/geojson-vt";
import { fromGeojsonVt } from "@maplibre/vt-pbf";
import * as maplibregl from "maplibre-gl";
import { cellsBelow, chosenLayer } from "./cells.js";

const layer = await chosenLayer();
const kept = new Map(); // the features below each parent: neighbouring tiles share them

maplibregl.addProtocol("cells", async ({ url }) => {
  const [z, x, y] = url.match(/\d+/g).map(Number);
  const features = (await Promise.all(parentsOf(z, x, y).map(featuresBelow))).flat();
  const tile = new GeoJSONVT({ type: "FeatureCollection", features }, { maxZoom: z, indexMaxZoom: z, buffer: 64 }).getTile(z, x, y);
  return { data: tile ? fromGeojsonVt({ cells: tile }, { version: 2 }) : new Uint8Array() };
});

// Parents about as large as the tile; the service sends the cells four resolutions below them.
function parentsOf(z, x, y) {
  const [west, north, east, south] = [...corner(z, x, y), ...corner(z, x + 1, y + 1)];
  const ring = [[south, west], [south, east], [north, east], [north, west]];
  const resolution = Math.max(0, Math.round((z - 3) / 1.4));
  return polygonToCellsExperimental([ring], resolution, POLYGON_TO_CELLS_FLAGS.containmentOverlapping);
}

function corner(z, x, y) {
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z)));
  return [(x / 2 ** z) * 360 - 180, (latitude * 180) / Math.PI];
}

function featuresBelow(parent) {
  if (!kept.has(parent)) kept.set(parent, cellsBelow(layer, parent).then((cells) => cells.map(feature)));
  return kept.get(parent);
}

function feature({ hex, value }) {
  const coordinates = [cellToBoundary(hex, true)]; // a layer on the antimeridian would have to be cut there
  return { type: "Feature", properties: { h3: hex, value }, geometry: { type: "Polygon", coordinates } };
}

const map = new maplibregl.Map({
  container: "map",
  bounds: layer.bounds,
  style: {
    version: 8,
    sources: { cells: { type: "vector", tiles: ["cells://{z}/{x}/{y}"], minzoom: 3, maxzoom: 10 } },
    layers: [
      {
        id: "cells",
        type: "fill",
        source: "cells",
        "source-layer": "cells",
        paint: { "fill-color": "#bd0026", "fill-opacity": ["min", 1, ["+", 0.15, ["*", 0.2, ["get", "value"]]]] },
      },
    ],
  },
});
map.once("idle", () => {
  document.getElementById("said").textContent = `${layer.title}: ${layer.default_indicator}. ${layer.attribution ?? ""}`;
  document.body.dataset.ready = map.queryRenderedFeatures().length; // for whoever tests the page
});
