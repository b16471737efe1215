/** The second map: earlier days or another layer, moved together with the first. */

import type { Api, Layer, Question } from "./api";
import { byId, fill, h } from "./dom";
import { t } from "./language";
import type { Chart } from "./map/chart";
import { Pane } from "./pane";
import { spanWords } from "./words";

export class Beside {
  #pane: Pane | undefined;
  #unlink: () => void = () => {};

  constructor(
    private readonly api: Api,
    private readonly main: Chart,
    private readonly failed: (error: { message: string; status?: number }) => void,
  ) {}

  /** Show a question beside the first one, each with a line that tells them apart; or nothing. */
  show(first: Question, question: Question | undefined, layers: Layer[]): void {
    byId("view").classList.toggle("split", question !== undefined);
    fill(byId("caption"), question ? caption(first, layers) : null);
    if (!question) return this.#close();
    fill(byId("beside-caption"), caption(question, layers));
    this.#open().ask(question);
  }

  #open(): Pane {
    byId("beside").hidden = false;
    if (this.#pane) return this.#pane;
    const pane = new Pane(this.api, byId("beside-map"), byId("beside-legend"), this.main.camera, {
      picked: () => {},
      moved: () => {},
      busy: () => {},
      asking: () => {},
      drawn: () => {},
      failed: this.failed,
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

function caption({ layer, indicator, span }: Question, layers: Layer[]): HTMLElement {
  const found = layers.find(({ id }) => id === layer);
  const shown = found?.indicators.find(({ id }) => id === indicator);
  return h("span", {}, h("strong", {}, t(shown?.title ?? indicator)), ` · ${found?.title ?? layer} · ${spanWords(span)}`);
}
