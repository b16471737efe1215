/** The numbers of one hexagon, and what of them is known exactly. */

import type { Cell, Mass } from "../api";
import { fill, h } from "../dom";
import { amount, area, capital, plain, spanWords } from "../words";

const MAIN = 2;
const NOWHERE = "In the whole layer and window: their place is known only to the country, or to an area without an outline.";
const TERMS =
  "Exact: reported at a place in this hexagon. Spread: its share of reports known only to a wider area. Expected: both.";

export class Card {
  onClose: () => void = () => {};

  constructor(private readonly element: HTMLElement) {
    element.addEventListener("keydown", ({ key }) => key === "Escape" && this.onClose());
  }

  close(): void {
    this.element.hidden = true;
  }

  loading(h3: string): void {
    this.#fill(h3, h("p", { class: "help" }, "Reading its numbers …"));
  }

  fail(h3: string, message: string): void {
    this.#fill(h3, h("p", { class: "wrong" }, message));
  }

  show(cell: Cell, indicator: string): void {
    const [from, to] = cell.window;
    this.#fill(
      cell.h3,
      h("p", { class: "help" }, `${area(cell.area_km2)} around ${place(cell.center)}`),
      h("p", { class: "help" }, spanWords({ from, to })),
      headline(cell, indicator),
      masses(cell),
      h("p", { class: "help" }, TERMS),
      unplaced(cell),
      h("p", { class: "help" }, `Release ${cell.release}`),
    );
  }

  #fill(h3: string, ...body: (HTMLElement | null)[]): void {
    const close = h("button", { type: "button", class: "close", "aria-label": "Close", title: "Close" }, "×");
    close.addEventListener("click", () => this.onClose());
    this.element.hidden = false;
    fill(this.element, close, h("h2", {}, "Hexagon ", h("code", {}, h3)), ...body);
  }
}

/** The number that the colour stands for. */
function headline({ indicators }: Cell, indicator: string): HTMLElement | null {
  const shown = indicators[indicator];
  if (!shown) return null;
  return h("p", { class: "headline" }, h("strong", {}, amount(shown.value)), ` ${shown.title}`);
}

/** The first measures are what most readers ask for; a source may deliver many more. */
function masses({ measures }: Cell): HTMLElement {
  const rows = Object.entries(measures).map(([name, mass]) => massRow(name, mass));
  const [first, rest] = [rows.slice(0, MAIN), rows.slice(MAIN)];
  const more = rest.length > 0 ? h("details", {}, h("summary", {}, `${rest.length} more measures`), table(rest)) : null;
  return h("div", {}, table(first), more);
}

function table(rows: HTMLElement[]): HTMLElement {
  const head = ["Measure", "Exact", "Spread", "Expected"].map((text) => h("th", { scope: "col" }, text));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

function massRow(name: string, { precise, spread }: Mass): HTMLElement {
  const cells = [precise, spread, precise + spread].map((value) => h("td", {}, amount(value)));
  return h("tr", {}, h("th", { scope: "row" }, capital(plain(name))), ...cells);
}

/** What lies on no hexagon must not be passed over in silence. */
function unplaced({ unplaced }: Cell): HTMLElement {
  const known = Object.entries(unplaced).filter(([, value]) => value > 0);
  if (known.length === 0) return h("p", { class: "help" }, "Nothing of this window is left off the map.");
  const parts = known.slice(0, MAIN).map(([name, value]) => `${amount(value)} ${plain(name)}`);
  return h("p", { class: "unplaced" }, h("strong", {}, `On no hexagon: ${parts.join(" and ")}. `), NOWHERE);
}

function place([lon, lat]: [number, number]): string {
  return `${Math.abs(lat).toFixed(2)}° ${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(2)}° ${lon < 0 ? "W" : "E"}`;
}
