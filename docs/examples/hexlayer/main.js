// deck.gl draws the cells itself: only their indices and numbers travel, as Arrow columns of one H3 parent each.
import { Deck } from "@deck.gl/core";
import { H3HexagonLayer } from "@deck.gl/geo-layers";
import { tableFromIPC } from "apache-arrow";
import { polygonToCells } from "h3-js";

const PARENT = 2; // resolution of the parents
const said = document.getElementById("said");

const { layers } = await (await fetch("/layers")).json();
const layer = layers.find((one) => one.id === new URLSearchParams(location.search).get("layer")) ?? layers[0];
const indicator = layer.default_indicator;
const release = layer.release; // these addresses never change, so the browser keeps what it has

async function cellsBelow(parent) {
  const answer = await fetch(`/cells/${layer.id}/r${release}/${parent}.arrow?cols=${indicator}`);
  const table = tableFromIPC(await answer.arrayBuffer());
  const [cells, values] = [table.getChild("h3").toArray(), table.getChild(indicator)];
  // JavaScript's numbers cannot hold an index: it becomes text.
  return Array.from(cells, (cell, at) => ({ hex: cell.toString(16), value: values.get(at) }));
}

const [west, south, east, north] = layer.bounds;
const pad = 2; // degrees: polygonToCells takes parents whose centre lies inside
const ring = [
  [south - pad, west - pad],
  [south - pad, east + pad],
  [north + pad, east + pad],
  [north + pad, west - pad],
];
const data = (await Promise.all(polygonToCells(ring, PARENT).map(cellsBelow))).flat();
const most = Math.max(...data.map((one) => one.value ?? 0));

new Deck({
  initialViewState: { longitude: (west + east) / 2, latitude: (south + north) / 2, zoom: 5 },
  controller: true,
  layers: [
    new H3HexagonLayer({
      id: "cells",
      data,
      getHexagon: (one) => one.hex,
      getFillColor: ({ value }) => [189, 0, 38, value === null ? 0 : 60 + 195 * Math.sqrt(value / most)],
      extruded: false,
      pickable: true,
    }),
  ],
  getTooltip: ({ object }) => object && `${object.hex}: ${object.value?.toFixed(2)}`,
});
said.textContent = `${layer.title}: ${data.length} hexagons, ${indicator}. ${layer.attribution}`;
