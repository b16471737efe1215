// A stand-in for the service while the page is worked on: invented hexagons, the same addresses.
//   npm run build && npm run stub            then open http://127.0.0.1:8000/map
//   STUB=empty|down npm run stub             the states a reader should rarely meet
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { GeoJSONVT } from "@maplibre/geojson-vt";
import { fromGeojsonVt } from "@maplibre/vt-pbf";
import { cellArea, cellToBoundary, cellToLatLng, cellToParent, gridDisk, latLngToCell } from "h3-js";

const PORT = Number(process.env.PORT ?? 8000);
const MODE = process.env.STUB ?? "full";
const STATIC = new URL("../../service/hexwatch_service/static/", import.meta.url);
const CSP =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
const COLOURS = ["#ffeda0", "#feb24c", "#f4792f", "#d7301f", "#7f0000"];
const BREAKS = [0, 1, 3, 10, 30, 1e9];
const BANDS = [{ resolution: 4, maxzoom: 6 }, { resolution: 5, minzoom: 6 }];

function layer(id, title, synthetic, bounds) {
  return {
    id, title, synthetic, bounds, kind: "events", release: 3, as_of: "2026-11-22T16:00:00Z",
    data_from: "1991-08-08", data_through: "2022-12-30", minzoom: 0, maxzoom: 10, links: [],
    window: ["1991-08-08", "2022-12-30"], attribution: "Stub, nobody", licence: "CC0-1.0",
    default_indicator: "incidents",
    indicators: [
      { id: "incidents", title: "Incidents", unit: "incidents", formula: "sum of each report's share in the cell", source: "Invented" },
      { id: "deaths", title: "Deaths", unit: "deaths", formula: "sum of deaths times the share in the cell", source: "Invented" },
    ],
    categories: [["state", "State-based"], ["non-state", "Non-state"], ["one-sided", "One-sided"]].map(([key, name]) => ({ id: key, title: name })),
  };
}

const LAYERS = [
  layer("ucdp-caf", "Organised violence, Central African Republic", false, [14.6, 3.2, 27.2, 10.5]),
  layer("karana", "Karana incidents", true, [14.6, 3.2, 27.2, 10.5]),
];

// A small deterministic generator: pictures stay comparable.
let seed = 7;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

function counts() {
  const found = new Map();
  for (let spot = 0; spot < 45; spot++) {
    const centre = latLngToCell(4 + random() * 6, 15 + random() * 11.5, 5);
    for (const cell of gridDisk(centre, 3)) {
      const drawn = Math.floor(random() ** 4 * 25);
      if (drawn) found.set(cell, (found.get(cell) ?? 0) + drawn);
    }
  }
  return found;
}

function hexagons(found, resolution) {
  const sums = new Map();
  for (const [cell, count] of found) {
    const parent = cellToParent(cell, resolution);
    sums.set(parent, (sums.get(parent) ?? 0) + count);
  }
  const features = [...sums].map(([h3, incidents]) => ({
    type: "Feature", properties: { h3, incidents, incidents_precise: incidents, deaths: incidents * 3 },
    geometry: { type: "Polygon", coordinates: [cellToBoundary(h3, true)] },
  }));
  return new GeoJSONVT({ type: "FeatureCollection", features }, { maxZoom: 10, indexMaxZoom: 5, tolerance: 0 });
}

const FOUND = counts();
const INDEXES = BANDS.map(({ resolution }) => hexagons(FOUND, resolution));

function tile(id, z, x, y) {
  const found = INDEXES[z < 6 ? 0 : 1].getTile(z, x, y);
  return found && Buffer.from(fromGeojsonVt({ [id]: found }, { version: 2 }));
}

function style(id, indicator, search) {
  const on = { source: id, "source-layer": id };
  const layers = BANDS.flatMap(({ resolution, ...zooms }) => [
    ...COLOURS.map((color, i) => ({
      ...on, ...zooms, id: `${id}-${resolution}-${i}`, type: "fill",
      filter: ["all", [">", indicator, BREAKS[i]], ["<=", indicator, BREAKS[i + 1]]],
      paint: { "fill-color": color, "fill-opacity": 0.8, "fill-antialias": false },
    })),
    { ...on, ...zooms, id: `${id}-${resolution}-line`, type: "line", paint: { "line-color": "#5a4636", "line-width": 0.4, "line-opacity": 0.5 } },
  ]);
  const tiles = [`http://elsewhere.invalid/tiles/${id}/{z}/{x}/{y}.mvt${search}`];
  return { version: 8, sources: { [id]: { type: "vector", tiles, minzoom: 0, maxzoom: 10, attribution: "Stub, nobody" } }, layers };
}

function legend(indicator, zoom) {
  const classes = COLOURS.map((color, i) => ({ color, opacity: 0.8, label: i < 4 ? `${BREAKS[i] + 1}–${BREAKS[i + 1]}` : "> 30" }));
  const title = indicator === "deaths" ? "Deaths" : "Incidents";
  const states = [{ state: "value", label: "Coloured: reports are there" }, { state: "none", label: "No hexagon: no report; nobody may have looked" }];
  return { title, unit: title.toLowerCase(), classes, states, note: `per hexagon of about ${zoom < 6 ? "1,770" : "253"} km²` };
}

function cell(h3, search) {
  const [lat, lon] = cellToLatLng(h3);
  const incidents = [...FOUND].reduce((sum, [at, count]) => sum + (cellToParent(at, Number.parseInt(h3[1], 16)) === h3 ? count : 0), 0);
  const shown = (title, value) => ({ title, unit: title.toLowerCase(), value: value + 0.83 });
  return {
    h3, area_km2: cellArea(h3, "km2"), window: search.get("datetime").split("/"), release: 3, center: [lon, lat],
    indicators: { incidents: shown("Incidents", incidents), deaths: shown("Deaths", incidents * 3) },
    measures: { events: { precise: incidents, spread: 0.83 }, deaths: { precise: incidents * 3, spread: 0.83 } },
    unplaced: { events: 29, deaths: 412 },
  };
}

function api(path, search) {
  const [head, id, rest, last] = path.split("/").slice(1);
  if (path === "/layers") return { layers: MODE === "empty" ? [] : LAYERS };
  if (head === "styles") return style(id, rest.replace(".json", ""), `?${search}`);
  if (head === "legend") return legend(rest.replace(".json", ""), Number(search.get("zoom")));
  if (head === "layers" && rest === "cells") return cell(last, search);
  return undefined;
}

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml", geojson: "application/geo+json" };

async function answer(path, search) {
  if (path === "/map") return ["text/html", await readFile(new URL("map.html", STATIC))];
  if (path.startsWith("/static/")) return [TYPES[path.split(".").pop()], await readFile(new URL(path.slice(8), STATIC))];
  const at = path.match(/^\/tiles\/([^/]+)\/(\d+)\/(\d+)\/(\d+)\.mvt$/);
  if (at) return ["application/vnd.mapbox-vector-tile", tile(at[1], ...at.slice(2).map(Number))];
  return ["application/json", JSON.stringify(api(path, search))];
}

createServer(async ({ url }, response) => {
  const { pathname, searchParams } = new URL(url, "http://stub");
  const isApi = !pathname.startsWith("/static/") && pathname !== "/map";
  if (MODE === "down" && isApi) return response.writeHead(503, { "Content-Type": "application/json" }).end('{"code":"ServiceUnavailable","description":"The database is starting."}');
  try {
    const [type, body] = await answer(pathname, searchParams);
    response.writeHead(body ? 200 : 204, { "Content-Type": type, "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff" }).end(body ?? "");
  } catch {
    response.writeHead(404).end();
  }
}).listen(PORT, "127.0.0.1");
