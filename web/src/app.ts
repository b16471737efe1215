/** Ties view, service, map and panel together. */

import { type Api, type Layer, type Question, ServiceError } from "./api";
import { byId, fill } from "./dom";
import { latest, settled } from "./latest";
import { Chart } from "./map/chart";
import { withOwnTiles } from "./map/compose";
import { Busy } from "./parts/busy";
import { Card } from "./parts/card";
import { CategoryPicker } from "./parts/categories";
import { IndicatorPicker } from "./parts/indicator";
import { LayerList } from "./parts/layers";
import { showLegend } from "./parts/legend";
import { Notices } from "./parts/notices";
import type { Part } from "./parts/part";
import { Provenance } from "./parts/provenance";
import { WindowPicker } from "./parts/window";
import type { Change, Store } from "./store";
import { questionOf } from "./view";
import * as say from "./sentences";

const REFRESH = 60_000;
const RETRY = 5_000;
const PAUSE = 150;

export class App {
  #layers: Layer[] = [];
  #said = "";
  #legendZoom = -1;
  /** A link that names a place decides where the map opens. */
  #restored: boolean;
  #chart: Chart;
  #list: LayerList;
  #parts: Part[];
  #card = new Card(byId("card"));
  #notices = new Notices(byId("notices"));
  #busy = new Busy(byId("busy"), byId("view"));

  #drawHexagons = latest((signal) => this.#readStyle(signal), (error) => this.#wrong(error));
  #drawLegend = latest((signal) => this.#readLegend(signal), () => showLegend(byId("legend"), null));
  #drawCard = latest((signal) => this.#readCard(signal), (error) => this.#card.fail(this.#cell, say.reason(error)));
  #ask = settled(PAUSE, () => this.#askAgain());
  #hear = settled(PAUSE, () => void this.#readLayers());

  constructor(
    private readonly api: Api,
    private readonly store: Store,
  ) {
    this.#restored = store.view.camera !== undefined;
    const tell = (change: Change): void => store.set(change);
    this.#list = new LayerList(tell);
    this.#parts = [new IndicatorPicker(tell), new WindowPicker(tell), new CategoryPicker(tell), new Provenance(api.root)];
    this.#chart = new Chart(byId("map"), store.view.camera, {
      picked: (cell) => store.set({ cell }),
      moved: (camera) => store.set({ camera }),
      busy: (loading) => this.#busy.set("tiles", loading),
      failed: (error) => this.#wrong(error),
      drawn: (any) => this.#drawn(any),
    });
    this.#card.onClose = () => {
      store.set({ cell: undefined });
      this.#chart.focus();
    };
    store.on((_, change) => this.#changed(change));
  }

  focusMap(): void {
    this.#chart.focus();
  }

  /** Read the catalogue now and again: a new release shows without a reload. */
  async run(): Promise<void> {
    const answered = await this.#readLayers();
    setTimeout(() => void this.run(), answered ? REFRESH : RETRY);
  }

  /** Told of a release, the map shows it at once; who cannot listen sees it within a minute. */
  follow(events: EventSource): void {
    events.addEventListener("release", () => this.#hear());
  }

  get #layer(): Layer | undefined {
    return this.#layers.find(({ id }) => id === this.store.view.layer) ?? this.#layers[0];
  }

  get #question(): Question | undefined {
    return this.#layer && questionOf(this.store.view, this.#layer);
  }

  get #cell(): string {
    return this.store.view.cell ?? "";
  }

  async #readLayers(): Promise<boolean> {
    this.#busy.set("layers", this.#layers.length === 0);
    try {
      this.#offer(await this.api.layers());
      this.#notices.clear("service");
      return true;
    } catch (error) {
      this.#notices.show("service", say.serviceDown(error, () => void this.#readLayers()));
      return false;
    } finally {
      this.#busy.set("layers", false);
    }
  }

  #offer(layers: Layer[]): void {
    const said = JSON.stringify(layers);
    if (said === this.#said) return;
    this.#said = said;
    const first = this.#layers.length === 0;
    this.#layers = layers;
    this.#list.offer(layers);
    if (layers.length === 0) return this.#empty();
    this.#notices.clear("empty");
    if (first) fill(byId("panel"), this.#list.element, ...this.#parts.map(({ element }) => element));
    if (first && !this.#restored) this.#fit(false);
    this.#showLayer();
    this.#askAgain();
  }

  #empty(): void {
    this.#notices.show("empty", say.noLayers());
    fill(byId("panel"));
    this.#chart.show(null);
    showLegend(byId("legend"), null);
  }

  #changed(change: Change): void {
    if ("camera" in change && Object.keys(change).length === 1) return this.#moved();
    this.#showLayer();
    if (!("layer" in change) && "cell" in change) return this.#showCell();
    if ("layer" in change && !("camera" in change)) this.#fit(true);
    if (change.camera) this.#chart.jump(change.camera);
    this.#ask();
  }

  /** The controls follow at once; the map follows when the reader pauses. */
  #showLayer(): void {
    const [layer, question] = [this.#layer, this.#question];
    if (!layer || !question) return;
    this.#list.check(layer.id);
    for (const part of this.#parts) part.show(layer, question);
    document.title = `${layer.title} · Hexwatch`;
    if (layer.synthetic) this.#notices.show("synthetic", say.synthetic());
    else this.#notices.clear("synthetic");
  }

  #askAgain(): void {
    this.#drawHexagons();
    this.#legendZoom = Math.floor(this.#chart.camera.zoom);
    this.#drawLegend();
    this.#showCell();
  }

  #moved(): void {
    const zoom = Math.floor(this.#chart.camera.zoom);
    if (zoom === this.#legendZoom) return;
    this.#legendZoom = zoom;
    this.#drawLegend();
  }

  #showCell(): void {
    this.#chart.select(this.store.view.cell);
    this.#drawCard();
  }

  #fit(animate: boolean): void {
    if (this.#layer) this.#chart.fit(this.#layer.bounds, animate);
  }

  async #readStyle(signal: AbortSignal): Promise<void> {
    const question = this.#question;
    if (!question) return;
    this.#busy.set("hexagons", true);
    const style = await this.api.style(question, signal);
    if (signal.aborted) return;
    this.#notices.clear("wrong");
    this.#notices.clear("nothing");
    this.#chart.show({ layer: question.layer, style: withOwnTiles(style, this.api.root) });
  }

  async #readLegend(signal: AbortSignal): Promise<void> {
    const question = this.#question;
    if (!question) return;
    const legend = await this.api.legend(question, Math.max(this.#legendZoom, 0), signal);
    if (!signal.aborted) showLegend(byId("legend"), legend);
  }

  async #readCard(signal: AbortSignal): Promise<void> {
    const [question, cell] = [this.#question, this.#cell];
    if (!question || !cell) return this.#card.close();
    this.#card.loading(cell);
    const found = await this.api.cell(question, cell, signal);
    if (!signal.aborted) this.#card.show(found, question.indicator);
  }

  #drawn(any: boolean): void {
    this.#busy.set("hexagons", false);
    if (!any) this.#notices.show("nothing", say.nothingHere(() => this.#fit(true)));
  }

  #wrong(error: unknown): void {
    this.#busy.set("hexagons", false);
    const down = error instanceof ServiceError && error.status === undefined;
    if (down) this.#notices.show("service", say.serviceDown(error, () => void this.#recover()));
    else this.#notices.show("wrong", say.wrong(error, () => this.#askAgain()));
  }

  async #recover(): Promise<void> {
    if (await this.#readLayers()) this.#askAgain();
  }
}
