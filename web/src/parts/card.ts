/** The numbers of one hexagon, and what of them is known exactly. */

import type { Cell, Mass } from "../api";
import { fill, h } from "../dom";
import { amount, area, capital, plain, spanWords } from "../words";

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

function masses({ measures }: Cell): HTMLElement {
  const head = ["", "Exact", "Spread", "Expected"].map((text) => h("th", { scope: "col" }, text));
  const rows = Object.entries(measures).map(([name, mass]) => massRow(name, mass));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

function massRow(name: string, { precise, spread }: Mass): HTMLElement {
  const cells = [precise, spread, precise + spread].map((value) => h("td", {}, amount(value)));
  return h("tr", {}, h("th", { scope: "row" }, capital(plain(name))), ...cells);
}

/** Events known only to the country are on no hexagon; silence about them would be a lie. */
function unplaced({ unplaced }: Cell): HTMLElement {
  const known = Object.entries(unplaced).filter(([, value]) => value > 0);
  const parts = known.map(([name, value]) => `${amount(value)} ${plain(name)}`);
  const text =
    parts.length > 0
      ? `On no hexagon: ${parts.join(" and ")} of this window, known only to the country.`
      : "Nothing of this window is left off the map.";
  return h("p", { class: parts.length > 0 ? "unplaced" : "help" }, text);
}

function place([lon, lat]: [number, number]): string {
  return `${Math.abs(lat).toFixed(2)}° ${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(2)}° ${lon < 0 ? "W" : "E"}`;
}
