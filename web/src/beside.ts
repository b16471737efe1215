/** The second map: other days, another layer or other pictures, beside the first or under it, and moved together with it. */

import type { Api, Layer, Question } from "./api";
import { byId, fill, h } from "./dom";
import { t } from "./language";
import type { Chart } from "./map/chart";
import type { Underlay } from "./map/pictures";
import { Pane } from "./pane";
import { Divider } from "./parts/divider";
import { daysWords } from "./words";

export interface BesideEvents {
  picked(cell: string | undefined): void;
  failed(error: { message: string; status?: number }): void;
}

export class Beside {
  #pane: Pane | undefined;
  #unlink: () => void = () => {};
  #divider = new Divider(byId("divider"), byId("view"));

  constructor(
    private readonly api: Api,
    private readonly main: Chart,
    private readonly events: BesideEvents,
  ) {}

  /** Show a question beside the first one, each with a line that tells them apart; or nothing. */
  show(first: Question, question: Question | undefined, layers: Layer[], swipe: boolean): void {
    byId("view").classList.toggle("split", question !== undefined && !swipe);
    this.#divider.show(question !== undefined && swipe);
    const same = question?.layer === first.layer;
    fill(byId("caption"), question || first.against ? caption(first, layers, same) : null);
    if (!question) return this.#close();
    fill(byId("beside-caption"), caption(question, layers, same));
    this.#open().ask(question);
  }

  pictures(pictures: Underlay[]): void {
    this.#pane?.chart.showPictures(pictures);
  }

  #open(): Pane {
    byId("beside").hidden = false;
    if (this.#pane) return this.#pane;
    const pane = new Pane(this.api, byId("beside-map"), byId("beside-legend"), this.main.camera, {
      picked: (cell) => this.events.picked(cell),
      moved: () => {},
      busy: () => {},
      asking: () => {},
      drawn: () => {},
      failed: (error) => this.events.failed(error),
    });
    this.#unlink = this.main.together(pane.chart);
    this.#pane = pane;
    return pane;
  }

  #close(): void {
    if (!this.#pane) return;
    this.#unlink();
    this.#pane.chart.remove();
    this.#pane = undefined;
    byId("beside").hidden = true;
  }
}

/** What tells the two apart: the days, where they are of one layer. */
function caption({ layer, indicator, span, against }: Question, layers: Layer[], same: boolean): HTMLElement {
  if (against) return h("span", {}, h("strong", {}, t("{0}, less {1}", daysWords(span), daysWords(against))));
  if (same) return h("span", {}, h("strong", {}, daysWords(span)));
  const found = layers.find(({ id }) => id === layer);
  const shown = found?.indicators.find(({ id }) => id === indicator);
  return h("span", {}, h("strong", {}, t(shown?.title ?? indicator)), ` · ${found?.title ?? layer} · ${daysWords(span)}`);
}
