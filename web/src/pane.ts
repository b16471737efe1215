/** One map with its legend: draws what a question asks. */

import type { Api, Legend, Question } from "./api";
import { latest } from "./latest";
import { Chart, type Events } from "./map/chart";
import { withOwnTiles } from "./map/compose";
import { showLegend } from "./parts/legend";
import type { Camera } from "./view";

export interface PaneEvents extends Events {
  asking(yes: boolean): void;
}

export class Pane {
  readonly chart: Chart;
  #question: Question | undefined;
  #legendZoom = -1;
  /** As drawn last, for exports. */
  legend: Legend | null = null;

  #drawHexagons = latest((signal) => this.#readStyle(signal), (error) => this.#wrong(error));
  #drawLegend = latest((signal) => this.#readLegend(signal), () => this.#told(null));

  constructor(
    private readonly api: Api,
    map: HTMLElement,
    private readonly key: HTMLElement,
    camera: Camera | undefined,
    private readonly events: PaneEvents,
  ) {
    this.chart = new Chart(map, camera, { ...events, moved: (to) => this.#moved(to) });
  }

  ask(question: Question | undefined): void {
    this.#question = question;
    if (!question) return this.#clear();
    this.#drawHexagons();
    this.#legendZoom = Math.floor(this.chart.camera.zoom);
    this.#drawLegend();
  }

  #clear(): void {
    this.chart.show(null);
    this.#told(null);
  }

  #moved(camera: Camera): void {
    this.events.moved(camera);
    const zoom = Math.floor(camera.zoom);
    if (zoom === this.#legendZoom) return;
    this.#legendZoom = zoom;
    this.#drawLegend();
  }

  async #readStyle(signal: AbortSignal): Promise<void> {
    const question = this.#question;
    if (!question) return;
    performance.mark("hexwatch-asked");
    this.events.asking(true);
    const style = await this.api.style(question, signal);
    if (signal.aborted) return;
    this.events.asking(false);
    this.chart.show({ layer: question.layer, style: withOwnTiles(style, this.api.root) });
  }

  async #readLegend(signal: AbortSignal): Promise<void> {
    const question = this.#question;
    if (!question) return;
    const legend = await this.api.legend(question, Math.max(this.#legendZoom, 0), signal);
    if (!signal.aborted) this.#told(legend);
  }

  #told(legend: Legend | null): void {
    this.legend = legend;
    showLegend(this.key, legend);
  }

  #wrong(error: unknown): void {
    this.events.failed(error as Error);
  }
}
