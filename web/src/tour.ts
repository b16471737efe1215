/** A short tour: where violence moved, where patrols went, where nobody looked. */

import type { Layer } from "./api";
import { fill, h } from "./dom";
import { t } from "./language";
import { laterHalf, lastMonths } from "./span";
import type { Change } from "./store";
import { daysOf } from "./view";

interface Stop {
  title: string;
  text: string;
  view: Change;
  /** Whether the map should play. */
  play?: boolean;
}

/** What each stop begins from: nothing that the reader chose before. */
const NEUTRAL: Change = {
  indicator: undefined,
  from: undefined,
  to: undefined,
  categories: [],
  cell: undefined,
  scale: undefined,
  beside: undefined,
  how: undefined,
};

/** The stops that the layers there are can tell. */
export function stops(layers: Layer[]): Stop[] {
  const incidents = layers.find(({ kind, states }) => kind === "events" && !states?.length);
  const patrols = layers.find(({ kind }) => kind === "tracks");
  const watched = layers.find(({ states }) => states?.length);
  const found: (Stop | undefined)[] = [
    incidents && {
      title: t("Where violence moved"),
      text: t("Each frame is one step of time. Colours mean the same in every frame, and the pale part of a bar is known only roughly."),
      view: { ...NEUTRAL, layer: incidents.id },
      play: true,
    },
    incidents && {
      title: t("What rose, what fell"),
      text: t("The later half of the days less the earlier half: orange is more, purple is less, and as strong for as much."),
      view: { ...NEUTRAL, layer: incidents.id, ...laterHalf(daysOf(incidents)), beside: "before", how: "change" },
    },
    incidents && patrols && {
      title: t("Where patrols went"),
      text: t("Reports on the first map, patrols on the second, on the same days. Reports also come from where somebody is there to hear them."),
      view: { ...NEUTRAL, layer: incidents.id, beside: patrols.id },
    },
    watched && {
      title: t("Where nobody looked"),
      text: t("An empty outline was never visited, grey could not be reached. Neither is quiet: nobody knows."),
      view: { ...NEUTRAL, layer: watched.id, indicator: exact(watched), ...lastMonths(1, daysOf(watched)) },
    },
  ];
  return found.filter((stop): stop is Stop => stop !== undefined);
}

/** What is spread over a province would cover what nobody looked at. */
function exact(layer: Layer): string | undefined {
  return layer.indicators.find(({ id }) => id === "incidents_precise")?.id;
}

export class Tour {
  #at = 0;
  #stops: Stop[] = [];

  constructor(
    private readonly element: HTMLElement,
    private readonly go: (view: Change, play: boolean) => void,
  ) {
    element.addEventListener("keydown", ({ key }) => key === "Escape" && this.#end());
  }

  start(layers: Layer[]): void {
    this.#stops = stops(layers);
    if (this.#stops.length) this.#show(0);
  }

  #show(at: number): void {
    this.#at = at;
    const stop = this.#stops[at]!;
    const last = at === this.#stops.length - 1;
    const next = button(last ? t("Done") : t("Next"), () => (last ? this.#end() : this.#show(this.#at + 1)));
    this.element.hidden = false;
    fill(
      this.element,
      h("h2", {}, `${at + 1}/${this.#stops.length} · ${stop.title}`),
      h("p", {}, stop.text),
      h("div", { class: "steps" }, next, last ? null : button(t("End the tour"), () => this.#end())),
    );
    this.go(stop.view, stop.play === true);
    next.focus();
  }

  #end(): void {
    this.element.hidden = true;
    this.go({}, false);
  }
}

function button(text: string, run: () => void): HTMLButtonElement {
  const element = h("button", { type: "button" }, text);
  element.addEventListener("click", run);
  return element;
}
