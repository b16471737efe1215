/** The numbers of one hexagon, and what of them is known exactly. */

import type { Cell, Layer, Mass, Series } from "../api";
import { fill, h } from "../dom";
import { t } from "../language";
import { barsOf, measureOf } from "../series";
import { bars } from "./bars";
import { amount, area, capital, plain, signed, spanWords } from "../words";

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
    this.#fill(h3, h("p", { class: "help" }, t("Reading its numbers …")));
  }

  fail(h3: string, message: string): void {
    this.#fill(h3, h("p", { class: "wrong" }, message));
  }

  show(cell: Cell, indicator: string, series: Series | null, layer: Layer): void {
    const [from, to] = cell.window;
    this.#fill(
      cell.h3,
      h("p", { class: "help" }, t("{0} around {1}", area(cell.area_km2), place(cell.center))),
      h("p", { class: "help" }, spanWords({ from, to })),
      headline(cell, indicator),
      state(cell),
      ...since(cell, indicator),
      course(series, layer, indicator),
      masses(cell),
      h("p", { class: "help" }, t(TERMS)),
      unplaced(cell),
      h("p", { class: "help" }, t("Release {0}", cell.release)),
    );
  }

  #fill(h3: string, ...body: (HTMLElement | null)[]): void {
    const close = h("button", { type: "button", class: "close", "aria-label": t("Close"), title: t("Close") }, "×");
    close.addEventListener("click", () => this.onClose());
    this.element.hidden = false;
    fill(this.element, close, h("h2", {}, t("Hexagon"), " ", h("code", {}, h3)), ...body);
  }
}

/** The number that the colour stands for. */
function headline({ indicators }: Cell, indicator: string): HTMLElement | null {
  const shown = indicators[indicator];
  if (!shown) return null;
  return h("p", { class: "headline" }, h("strong", {}, amount(shown.value)), ` ${t(shown.title)}`);
}

/** What the other window held, and the difference where both are known. */
function since({ against, change }: Cell, indicator: string): (HTMLElement | null)[] {
  const then = against?.indicators[indicator];
  if (!against || !then) return [];
  const [from, to] = against.window;
  const found = change?.[indicator];
  const told = found === null || found === undefined ? t("The change is not known.") : t("Change: {0}", signed(found));
  return [
    h("p", { class: "headline" }, h("strong", {}, told)),
    h("p", { class: "help" }, t("{0} in {1}", amount(then.value), spanWords({ from, to }))),
    state(against),
  ];
}

/** Three things that are never the same. */
function state({ state }: Pick<Cell, "state">): HTMLElement | null {
  const words: Record<string, string> = {
    visited: t("Somebody was here in this window."),
    not_visited: t("Nobody was here in this window: what is missing may not be absent."),
    no_access: t("Nobody could get here in this window."),
  };
  return state && words[state] ? h("p", { class: `help state-${state}` }, words[state]) : null;
}

function course(series: Series | null, layer: Layer, indicator: string): HTMLElement | null {
  const measure = series ? measureOf(series, layer, indicator) : "";
  const found = series ? barsOf(series, measure) : [];
  if (!series || found.length < 2) return null;
  const label = t("{0} by {1}", t(capital(plain(measure))), t(series.step));
  return h("div", { class: "timeline" }, bars(found, label), h("p", { class: "help" }, label));
}

/** The first measures are what most readers ask for; a source may deliver many more. */
function masses({ measures }: Cell): HTMLElement {
  const rows = Object.entries(measures).map(([name, mass]) => massRow(name, mass));
  const [first, rest] = [rows.slice(0, MAIN), rows.slice(MAIN)];
  const more = rest.length > 0 ? h("details", {}, h("summary", {}, t("{0} more measures", rest.length)), table(rest)) : null;
  return h("div", {}, table(first), more);
}

function table(rows: HTMLElement[]): HTMLElement {
  const head = ["Measure", "Exact", "Spread", "Expected"].map((text) => h("th", { scope: "col" }, t(text)));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

function massRow(name: string, { precise, spread }: Mass): HTMLElement {
  const cells = [precise, spread, precise + spread].map((value) => h("td", {}, amount(value)));
  return h("tr", {}, h("th", { scope: "row" }, t(capital(plain(name)))), ...cells);
}

/** What lies on no hexagon must not be passed over in silence. */
function unplaced({ unplaced }: Cell): HTMLElement {
  const known = Object.entries(unplaced).filter(([, value]) => value > 0);
  if (known.length === 0) return h("p", { class: "help" }, t("Nothing of this window is left off the map."));
  const parts = known.slice(0, MAIN).map(([name, value]) => `${amount(value)} ${t(plain(name))}`);
  return h("p", { class: "unplaced" }, h("strong", {}, t("On no hexagon: {0}.", parts.join(t(" and ")))), " ", t(NOWHERE));
}

function place([lon, lat]: [number, number]): string {
  return `${Math.abs(lat).toFixed(2)}° ${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(2)}° ${lon < 0 ? t("W") : "E"}`;
}
