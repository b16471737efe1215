/** The colour key, in the words and colours of the service's one classification. */

import type { Legend, LegendClass } from "../api";
import { fill, h } from "../dom";
import { serviceWords } from "../words";

export function showLegend(element: HTMLElement, legend: Legend | null): void {
  element.hidden = legend === null;
  if (!legend) return;
  const folded = element.querySelector("details")?.open === false;
  fill(
    element,
    h("details", { open: !folded }, h("summary", {}, h("h2", {}, serviceWords(legend.title))), ...body(legend)),
  );
}

function body(legend: Legend): (HTMLElement | null)[] {
  return [
    legend.note ? h("p", { class: "help" }, serviceWords(legend.note)) : null,
    h("ul", { class: "classes" }, ...legend.classes.map(row)),
    ...(legend.states ?? []).map(({ state, label }) => h("p", { class: `help state-${state}` }, serviceWords(label))),
  ];
}

/** Drawn as on the map, with the land showing through, or the two would not match. */
function row({ label, color, opacity = 1 }: LegendClass): HTMLElement {
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.setProperty("--shade", color);
  swatch.style.setProperty("--opacity", String(opacity));
  return h("li", {}, swatch, h("span", {}, serviceWords(label)));
}
