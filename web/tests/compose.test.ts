import type { StyleSpecification, VectorSourceSpecification } from "maplibre-gl";
import { expect, test } from "vitest";
import { fillIds, hexagonLayers, withOwnTiles } from "../src/map/compose";

const STYLE: StyleSpecification = {
  version: 8,
  sources: { caf: { type: "vector", tiles: ["http://inside:8080/tiles/caf/{z}/{x}/{y}.mvt?datetime=2014"] } },
  layers: [
    { id: "ground", type: "background" },
    { id: "class-1", type: "fill", source: "caf", "source-layer": "caf" },
    { id: "edge", type: "line", source: "caf", "source-layer": "caf" },
  ],
};

test("tiles are asked from where the page came from, whatever address the service believes it has", () => {
  const { sources } = withOwnTiles(STYLE, new URL("https://mission.example/hex/"));
  expect((sources.caf as VectorSourceSpecification).tiles).toEqual([
    "https://mission.example/hex/tiles/caf/{z}/{x}/{y}.mvt?datetime=2014",
  ]);
});

test("a background of the service does not hide the base map, and only fills are hexagons", () => {
  const overlay = { layer: "caf", style: STYLE };
  expect(hexagonLayers(overlay).map(({ id }) => id)).toEqual(["class-1", "edge"]);
  expect(fillIds(overlay)).toEqual(["class-1"]);
});
