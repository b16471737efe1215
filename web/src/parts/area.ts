/** Totals of an area that the reader clicks or draws, and a table of them to keep. */

import type { Area, Question, Series } from "../api";
import { fill, h, section } from "../dom";
import { t } from "../language";
import { barsOf } from "../series";
import { amount, capital, plain, spanWords } from "../words";
import { bars } from "./bars";

export type Position = [number, number];

export interface AreaEvents {
  /** The reader draws an area, or picks one of a collection. */
  mode(picking: string | undefined): void;
  closed(): void;
}

const DRAW = "draw";

export class AreaPicker {
  #how = h("select", { "aria-label": t("Totals of an area") });
  #help = h("p", { class: "help" });
  #done = h("button", { type: "button" }, t("Close the outline"));
  #clear = h("button", { type: "button" }, t("Remove the area"));
  #result = h("div", { class: "totals", "aria-live": "polite" });
  readonly element = section(
    t("Totals of an area"),
    this.#how,
    this.#help,
    h("div", { class: "steps" }, this.#done, this.#clear),
    this.#result,
  );

  constructor(private readonly events: AreaEvents) {
    this.#how.addEventListener("change", () => this.#choose());
    this.#done.addEventListener("click", () => events.closed());
    this.#clear.addEventListener("click", () => this.reset());
    this.offer([]);
    this.reset();
  }

  offer(areas: Area[]): void {
    const drawn = h("option", { value: DRAW }, t("Draw it on the map"));
    const named = areas.map(({ id, title }) => h("option", { value: id }, t("Click one of: {0}", title)));
    fill(this.#how, h("option", { value: "" }, t("No area")), drawn, ...named);
  }

  reset(): void {
    this.#how.value = "";
    fill(this.#result);
    this.#choose();
  }

  /** How many corners the outline has so far. */
  corners(count: number): void {
    this.#done.hidden = this.#how.value !== DRAW;
    this.#done.disabled = count < 3;
  }

  show(name: string, series: Series, question: Question): void {
    const rows = Object.keys(series.measures).map((measure) => ({ measure, found: barsOf(series, measure) }));
    const first = rows[0];
    const [from, to] = series.window;
    fill(
      this.#result,
      h("p", {}, h("strong", {}, name), ` · ${spanWords({ from, to })}`),
      table(rows),
      first && first.found.length > 1 ? h("div", { class: "timeline" }, bars(first.found, t(capital(plain(first.measure))))) : null,
      h("p", { class: "help" }, t("Hexagons whose middle lies in the area; release {0}.", series.release)),
      download(name, series, question),
    );
  }

  fail(message: string): void {
    fill(this.#result, h("p", { class: "wrong" }, message));
  }

  #choose(): void {
    const how = this.#how.value;
    this.#clear.hidden = how === "";
    this.#help.textContent = HELP()[how === "" || how === DRAW ? how : "named"] ?? "";
    this.corners(0);
    this.events.mode(how || undefined);
  }
}

const HELP = (): Record<string, string> => ({
  "": "",
  draw: t("Click the corners on the map, then close the outline."),
  named: t("Click inside a unit on the map."),
});

interface Row {
  measure: string;
  found: ReturnType<typeof barsOf>;
}

function table(rows: Row[]): HTMLElement {
  const head = ["Measure", "Exact", "Spread", "Expected"].map((text) => h("th", { scope: "col" }, t(text)));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows.map(line)));
}

function line({ measure, found }: Row): HTMLElement {
  const [precise, spread] = (["precise", "spread"] as const).map((part) => found.reduce((sum, bar) => sum + bar[part], 0));
  const cells = [precise!, spread!, precise! + spread!].map((value) => h("td", {}, amount(value)));
  return h("tr", {}, h("th", { scope: "row" }, t(capital(plain(measure)))), ...cells);
}

/** The numbers as a file, with where they come from in every line: files travel without their page. */
function download(name: string, series: Series, question: Question): HTMLElement {
  const head = ["area", "layer", "release", "from", "to", "measure", "exact", "spread", "attribution"];
  const lines = Object.keys(series.measures).flatMap((measure) =>
    barsOf(series, measure).map(({ span, precise, spread }) =>
      [name, question.layer, series.release, span.from, span.to, measure, precise, spread, series.attribution].map(quoted).join(","),
    ),
  );
  const file = new Blob([`${[head.join(","), ...lines].join("\r\n")}\r\n`], { type: "text/csv" });
  return h("a", { href: URL.createObjectURL(file), download: `${question.layer}-area.csv` }, t("Download the table (CSV)"));
}

/** RFC 4180; what a spreadsheet would run as a formula is told to be text. */
function quoted(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
