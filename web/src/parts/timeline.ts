/** How the numbers went over all days, and a button that plays them. */

import type { Layer, Question, Series } from "../api";
import { fill, h } from "../dom";
import { t } from "../language";
import { type Bar, barsOf, busiest, measureOf } from "../series";
import type { Span } from "../span";
import { capital, plain } from "../words";
import { bars } from "./bars";

export interface TimelineEvents {
  picked(span: Span): void;
  play(frames: Span[], scale: Span): void;
  stop(): void;
}

export class Timeline {
  #bars: Bar[] = [];
  #chart = h("div", { class: "timeline" });
  #note = h("p", { class: "help" });
  #button = h("button", { type: "button", "aria-pressed": "false" }, t("Play"));
  readonly element = h("div", {}, this.#chart, this.#note, h("div", { class: "steps" }, this.#button));
  #playing = false;
  #window: Span | undefined;

  constructor(private readonly events: TimelineEvents) {
    this.#button.addEventListener("click", () => this.#toggle());
  }

  show(series: Series | null, layer: Layer, question: Question): void {
    const measure = series ? measureOf(series, layer, question.indicator) : "";
    this.#bars = series ? barsOf(series, measure) : [];
    this.#window = question.span;
    this.#button.hidden = question.against !== undefined; // each frame would have classes of its own
    this.element.hidden = this.#bars.length < 2;
    if (this.element.hidden || !series) return;
    const label = t("{0} by {1}", t(capital(plain(measure))), t(series.step));
    this.#note.textContent = question.scale ? `${label}. ${t("Colours mean the same in every frame.")}` : label;
    fill(this.#chart, bars(this.#bars, label, question.span, (span) => this.events.picked(span)));
  }

  playing(yes: boolean): void {
    this.#playing = yes;
    this.#button.textContent = yes ? t("Stop") : t("Play");
    this.#button.setAttribute("aria-pressed", String(yes));
  }

  /** Play, unless it does. */
  start(): void {
    if (!this.#playing && this.#bars.length > 1) this.#toggle();
  }

  #toggle(): void {
    const scale = busiest(this.#bars);
    if (this.#playing) this.events.stop();
    else if (scale) this.events.play(this.#frames(), scale);
  }

  /** From the shown period on; from the start where all is shown, or its end. */
  #frames(): Span[] {
    const spans = this.#bars.map(({ span }) => span);
    const at = spans.findIndex(({ from, to }) => from === this.#window?.from && to === this.#window?.to);
    return at < 0 || at === spans.length - 1 ? spans : spans.slice(at);
  }
}
