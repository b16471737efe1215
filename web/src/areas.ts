/** Picking an area on the map and asking for its totals. */

import type * as GeoJSON from "geojson";
import type { Api, Question } from "./api";
import { latest } from "./latest";
import type { Chart } from "./map/chart";
import { AreaPicker, type Position } from "./parts/area";
import * as say from "./sentences";
import { t } from "./language";

export class AreaTotals {
  readonly picker: AreaPicker;
  #mode: string | undefined;
  #corners: Position[] = [];
  #area: { name: string; geometry: GeoJSON.Geometry } | undefined;

  #find = latest((signal, place: Position) => this.#areaAt(place, signal), (error) => this.picker.fail(say.reason(error)));
  #total = latest((signal) => this.#ask(signal), (error) => this.picker.fail(say.reason(error)));

  constructor(
    private readonly api: Api,
    private readonly chart: Chart,
    private readonly question: () => Question | undefined,
  ) {
    this.picker = new AreaPicker({ mode: (mode) => this.#choose(mode), closed: () => this.#close() });
  }

  /** Outlines that can be clicked, where there are any. */
  async read(): Promise<void> {
    this.picker.offer(await this.api.areas().catch(() => []));
  }

  /** Whether a click on the map belongs to the area. */
  clicked(place: Position): boolean {
    if (!this.#mode) return false;
    if (this.#mode === "draw") this.#corner(place);
    else this.#find(place);
    return true;
  }

  /** Window, layer or categories changed. */
  again(): void {
    if (this.#area) this.#total();
  }

  #choose(mode: string | undefined): void {
    this.#mode = mode;
    this.#corners = [];
    this.#area = undefined;
    this.chart.outline(null);
  }

  #corner(place: Position): void {
    if (this.#area) this.#choose(this.#mode);
    this.#corners.push(place);
    this.picker.corners(this.#corners.length);
    this.chart.outline({ type: "LineString", coordinates: this.#corners });
  }

  #close(): void {
    const ring = [...this.#corners, this.#corners[0]!];
    this.#show(t("Drawn area"), { type: "Polygon", coordinates: [ring] });
  }

  async #areaAt(place: Position, signal: AbortSignal): Promise<void> {
    const found = await this.api.areaAt(this.#mode ?? "", place, signal);
    if (signal.aborted) return;
    if (!found?.geometry) return this.picker.fail(t("No unit of these lies there."));
    this.#show(String(found.properties?.name ?? found.id), found.geometry);
  }

  #show(name: string, geometry: GeoJSON.Geometry): void {
    this.#area = { name, geometry };
    this.#corners = [];
    this.chart.outline(geometry);
    this.#total();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const [area, question] = [this.#area, this.question()];
    if (!area || !question) return;
    const series = await this.api.within(question, area.geometry, signal);
    if (!signal.aborted) this.picker.show(area.name, series, question);
  }
}
