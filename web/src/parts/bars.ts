/** Bars over time: exact below, spread above it, and on no hexagon on top, each drawn differently. */

import { fill } from "../dom";
import { t } from "../language";
import { type Bar, total, touches } from "../series";
import type { Span } from "../span";
import { amount, spanWords } from "../words";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [320, 48];
const PARTS = ["precise", "spread", "unplaced"] as const;

export function bars(found: Bar[], label: string, window?: Span, pick?: (span: Span) => void): SVGElement {
  const most = Math.max(...found.map(total), Number.MIN_VALUE);
  const chart = svg("svg", { class: "bars", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  chart.setAttribute("aria-label", `${label}. ${summary(found)}`);
  const at = places(found);
  fill(chart, ...found.map((bar, index) => one(bar, at[index]!, most, window, pick)));
  return chart;
}

/** What a reader who cannot see the bars should know. */
function summary(found: Bar[]): string {
  const most = found.reduce<Bar | undefined>((top, bar) => (top && total(top) >= total(bar) ? top : bar), undefined);
  return most ? t("Most in {0}: {1}.", spanWords(most.span), amount(total(most))) : t("No data.");
}

/** Left edge and width by the calendar: a short first month is a narrow bar. */
function places(found: Bar[]): [number, number][] {
  const day = (iso: string): number => Date.parse(iso) / 86_400_000;
  const [first, last] = [day(found[0]?.span.from ?? ""), day(found.at(-1)?.span.to ?? "") + 1];
  const x = (value: number): number => ((value - first) / (last - first)) * WIDTH;
  return found.map(({ span }) => [x(day(span.from)), x(day(span.to) + 1) - x(day(span.from))]);
}

function one(bar: Bar, [x, width]: [number, number], most: number, window?: Span, pick?: (span: Span) => void): SVGElement {
  const group = svg("g", { class: !window || touches(bar, window) ? "bar-in" : "bar-out" });
  let top = HEIGHT;
  for (const part of PARTS) {
    const height = (bar[part] / most) * (HEIGHT - 2);
    top -= height;
    group.append(svg("rect", { class: `bar-${part}`, x, y: top, width: Math.max(width - Math.min(1, width / 4), 0.5), height }));
  }
  group.append(svg("rect", { class: "bar-reach", x, y: 0, width, height: HEIGHT }), title(bar));
  if (pick) group.addEventListener("click", () => pick(bar.span));
  return group;
}

function title(bar: Bar): SVGElement {
  const element = svg("title", {});
  element.textContent = t(
    "{0}: {1} exact, {2} spread, {3} on no hexagon",
    spanWords(bar.span), amount(bar.precise), amount(bar.spread), amount(bar.unplaced),
  );
  return element;
}

function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
