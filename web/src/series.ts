/** Numbers over time: sums of a measure, and windows for an animation (pure). */

import type { Layer, Series } from "./api";
import { addDays, type Span } from "./span";

export interface Bar {
  span: Span;
  precise: number;
  spread: number;
  unplaced: number;
}

/** The measure that an indicator is made of, or the layer's first. */
export function measureOf(series: Series, layer: Layer, indicator: string): string {
  const needs = layer.indicators.find(({ id }) => id === indicator)?.needs ?? [];
  return needs.find((measure) => measure in series.measures) ?? Object.keys(series.measures)[0] ?? "";
}

export function barsOf(series: Series, measure: string): Bar[] {
  const mass = series.measures[measure];
  if (!mass) return [];
  return series.periods.map((from, at) => ({
    span: { from, to: lastDay(series, at) },
    precise: mass.precise[at] ?? 0,
    spread: mass.spread[at] ?? 0,
    unplaced: mass.unplaced?.[at] ?? 0,
  }));
}

export function total({ precise, spread, unplaced }: Bar): number {
  return precise + spread + unplaced;
}

/** The period that holds most: its classes suit all others. */
export function busiest(bars: Bar[]): Span | undefined {
  return bars.reduce<Bar | undefined>((most, bar) => (most && total(most) >= total(bar) ? most : bar), undefined)?.span;
}

/** Whether any day of a bar lies in the window. */
export function touches({ span }: Bar, window: Span): boolean {
  return span.from <= window.to && span.to >= window.from;
}

function lastDay({ periods, window }: Series, at: number): string {
  const next = periods[at + 1];
  return next ? addDays(next, -1) : window[1];
}
