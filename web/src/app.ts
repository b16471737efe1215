/** Ties view, service, maps and panel together. */

import { type Api, type Layer, type Question, type Series, ServiceError } from "./api";
import { AreaTotals } from "./areas";
import { Beside } from "./beside";
import { byId, fill } from "./dom";
import { picture } from "./export";
import { latest, settled } from "./latest";
import { onPaletteChange } from "./map/palette";
import { Pane } from "./pane";
import { BesidePicker } from "./parts/beside";
import { Busy } from "./parts/busy";
import { Card } from "./parts/card";
import { CategoryPicker } from "./parts/categories";
import { IndicatorPicker } from "./parts/indicator";
import { LayerList } from "./parts/layers";
import { Notices } from "./parts/notices";
import type { Part } from "./parts/part";
import { Provenance } from "./parts/provenance";
import { Timeline } from "./parts/timeline";
import { Tools } from "./parts/tools";
import { WindowPicker } from "./parts/window";
import { Player } from "./player";
import * as say from "./sentences";
import type { Change, Store } from "./store";
import { Tour } from "./tour";
import { Underlays } from "./underlays";
import { besideOf, questionOf } from "./view";

const REFRESH = 60_000;
const RETRY = 5_000;
const PAUSE = 150;

export class App {
  #layers: Layer[] = [];
  #said = "";
  #series: Series | null = null;
  /** A link that names a place decides where the map opens. */
  #restored: boolean;
  #pane: Pane;
  #beside: Beside;
  #totals: AreaTotals;
  #list: LayerList;
  #parts: Part[];
  #timeline: Timeline;
  #compare: BesidePicker;
  #underlays: Underlays;
  #tools: Tools;
  #player: Player;
  #tour: Tour;
  #card = new Card(byId("card"));
  #notices = new Notices(byId("notices"));
  #busy = new Busy(byId("busy"), byId("view"));

  #drawCard = latest((signal) => this.#readCard(signal), (error) => this.#card.fail(this.#cell, say.reason(error)));
  #drawTimeline = latest((signal, play?: boolean) => this.#readSeries(signal, play), () => this.#showTimeline(null));
  #ask = settled(PAUSE, () => this.#askAgain());
  #hear = settled(PAUSE, () => void this.#readLayers());

  constructor(
    private readonly api: Api,
    private readonly store: Store,
  ) {
    this.#restored = store.view.camera !== undefined;
    const tell = (change: Change): void => this.#tell(change);
    this.#list = new LayerList(tell);
    this.#timeline = new Timeline({
      picked: ({ from, to }) => tell({ from, to }),
      play: (frames, scale) => this.#play(frames, scale),
      stop: () => this.#player.stop(),
    });
    const window = new WindowPicker(tell, this.#timeline.element);
    this.#parts = [new IndicatorPicker(tell), window, new CategoryPicker(tell), new Provenance(api.root)];
    this.#compare = new BesidePicker(tell);
    this.#tools = new Tools({ picture: () => this.#picture(), tour: () => this.#tour.start(this.#layers) });
    this.#pane = new Pane(api, byId("map"), byId("legend"), store.view.camera, {
      picked: (cell) => store.set({ cell }),
      clicked: (place) => this.#totals.clicked(place),
      moved: (camera) => store.set({ camera }),
      busy: (loading) => this.#busy.set("tiles", loading),
      asking: (yes) => this.#asking(yes),
      failed: (error) => this.#wrong(error),
      drawn: (any) => this.#drawn(any),
    });
    this.#underlays = new Underlays(api, (change) => store.set(change));
    this.#beside = new Beside(api, this.#pane.chart, {
      picked: (cell) => store.set({ cell }),
      failed: (error) => this.#wrong(error),
    });
    this.#totals = new AreaTotals(api, this.#pane.chart, () => this.#question);
    this.#player = new Player(
      ({ from, to }) => store.set({ from, to }),
      () => this.#pane.chart.idle(),
      (playing) => this.#timeline.playing(playing),
    );
    this.#tour = new Tour(byId("tour"), (view, play) => this.#guide(view, play));
    this.#card.onClose = () => {
      store.set({ cell: undefined });
      this.#pane.chart.focus();
    };
    store.on((_, change) => this.#changed(change));
    onPaletteChange(() => this.#askAgain());
  }

  focusMap(): void {
    this.#pane.chart.focus();
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

  /** What the reader does ends what plays; the classes of an animation end with it. */
  #tell(change: Change): void {
    this.#player.stop();
    this.store.set({ scale: undefined, ...change });
  }

  #play(frames: { from: string; to: string }[], scale: { from: string; to: string }): void {
    this.store.set({ scale });
    void this.#player.play(frames);
  }

  #guide(view: Change, play: boolean): void {
    this.#tell(view);
    if (view.layer) this.#arrive();
    if (play) this.#drawTimeline(true);
  }

  /** Fits once the second map took, or gave back, its half: not only when the reader has come to rest. */
  #arrive(): void {
    this.#askAgain();
    requestAnimationFrame(() => this.#fit(false));
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
    if (first) this.#fillPanel();
    this.#showLayer();
    this.#drawTimeline();
    if (first && !this.#restored) this.#arrive();
    else this.#askAgain();
    void this.#underlays.read(this.store.view).then(() => this.#showPictures());
    void this.#totals.read();
  }

  #fillPanel(): void {
    const [indicator, window, categories, about] = this.#parts.map(({ element }) => element);
    const more = [this.#compare, this.#underlays.list, this.#totals.picker, this.#tools].map(({ element }) => element);
    fill(byId("panel"), this.#list.element, indicator!, window!, categories!, ...more, about!);
  }

  #empty(): void {
    this.#notices.show("empty", say.noLayers());
    fill(byId("panel"));
    this.#pane.ask(undefined);
  }

  #changed(change: Change): void {
    if (only(change, "camera")) return;
    this.#showLayer();
    if (only(change, "pictures")) return this.#showPictures();
    if (!("layer" in change) && "cell" in change) return this.#showCell();
    if ("layer" in change && !("camera" in change)) this.#fit(true);
    if (change.camera) this.#pane.chart.jump(change.camera);
    if ("layer" in change || "categories" in change) this.#drawTimeline();
    this.#ask();
  }

  /** The controls follow at once; the map follows when the reader pauses. */
  #showLayer(): void {
    const [layer, question] = [this.#layer, this.#question];
    if (!layer || !question) return;
    this.#list.check(layer.id);
    for (const part of this.#parts) part.show(layer, question);
    this.#showTimeline(this.#series);
    this.#compare.offer(this.#layers, layer, question, this.store.view, this.#underlays.dated(this.store.view));
    document.title = `${layer.title} · Hexwatch`;
    if (layer.synthetic) this.#notices.show("synthetic", say.synthetic(() => this.#tour.start(this.#layers)));
    else this.#notices.clear("synthetic");
  }

  #showTimeline(series: Series | null): void {
    this.#series = series;
    if (this.#layer && this.#question) this.#timeline.show(series, this.#layer, this.#question);
  }

  #askAgain(): void {
    const [layer, question] = [this.#layer, this.#question];
    if (!layer || !question) return;
    this.#pane.ask(question);
    this.#beside.show(question, besideOf(this.store.view, layer, this.#layers), this.#layers, this.store.view.how === "swipe");
    this.#showPictures();
    this.#totals.again();
    this.#showCell();
  }

  #showPictures(): void {
    this.#pane.chart.showPictures(this.#underlays.of(this.store.view));
    this.#beside.pictures(this.#underlays.of(this.store.view, true));
  }

  #showCell(): void {
    this.#pane.chart.select(this.store.view.cell);
    this.#drawCard();
  }

  #fit(animate: boolean): void {
    if (this.#layer) this.#pane.chart.fit(this.#layer.bounds, animate);
  }

  async #readSeries(signal: AbortSignal, play = false): Promise<void> {
    const question = this.#question;
    if (!question) return;
    const series = await this.api.series(question, undefined, signal);
    if (signal.aborted) return;
    this.#showTimeline(series);
    if (play) this.#timeline.start();
  }

  async #readCard(signal: AbortSignal): Promise<void> {
    const [layer, question, cell] = [this.#layer, this.#question, this.#cell];
    if (!layer || !question || !cell) return this.#card.close();
    this.#card.loading(cell);
    const [found, series] = await Promise.all([
      this.api.cell(question, cell, signal),
      this.api.series(question, cell, signal).catch(() => null),
    ]);
    if (!signal.aborted) this.#card.show(found, question.indicator, series, layer);
  }

  async #picture(): Promise<Blob> {
    const [layer, question] = [this.#layer, this.#question];
    if (!layer || !question) throw new Error("There is no layer.");
    return picture(await this.#pane.chart.snapshot(), layer, question, this.#pane.legend);
  }

  #asking(yes: boolean): void {
    if (yes) return this.#busy.set("hexagons", true);
    this.#notices.clear("wrong");
    this.#notices.clear("nothing");
  }

  #drawn(any: boolean): void {
    this.#busy.set("hexagons", false);
    if (!any && !this.#player.playing) this.#notices.show("nothing", say.nothingHere(() => this.#fit(true)));
  }

  #wrong(error: unknown): void {
    this.#busy.set("hexagons", false);
    this.#player.stop();
    const down = error instanceof ServiceError && error.status === undefined;
    if (down) this.#notices.show("service", say.serviceDown(error, () => void this.#recover()));
    else this.#notices.show("wrong", say.wrong(error, () => this.#askAgain()));
  }

  async #recover(): Promise<void> {
    if (await this.#readLayers()) this.#askAgain();
  }
}

function only(change: Change, name: keyof Change): boolean {
  return name in change && Object.keys(change).length === 1;
}
