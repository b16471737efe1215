// deck.gl draws the cells itself: only their indices and numbers travel, as Arrow columns of one H3 parent each.
import { cellsBelow, chosenLayer } from "./cells.js";

const { Deck, H3HexagonLayer, WebMercatorViewport } = window.deck;
const { polygonToCells } = window.h3;
const PARENT = 2; // resolution of the parents
const said = document.getElementById("said");

const layer = await chosenLayer();

const [west, south, east, north] = layer.bounds;
const pad = 2; // degrees: polygonToCells takes parents whose centre lies inside
const ring = [
  [south - pad, west - pad],
  [south - pad, east + pad],
  [north + pad, east + pad],
  [north + pad, west - pad],
];
const data = (await Promise.all(polygonToCells(ring, PARENT).map((parent) => cellsBelow(layer, parent)))).flat();
const most = Math.max(...data.map((one) => one.value ?? 0));

const view = new WebMercatorViewport({ width: innerWidth, height: innerHeight });
const { longitude, latitude, zoom } = view.fitBounds([[west, south], [east, north]], { padding: 40 });
new Deck({
  initialViewState: { longitude, latitude, zoom },
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
document.body.dataset.ready = data.length; // for whoever tests the page
said.textContent = `${layer.title}: ${data.length} hexagons, ${layer.default_indicator}. ${layer.attribution}`;
