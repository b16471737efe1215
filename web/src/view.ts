/** What the reader looks at, and its form in the page's address. */

import type { Layer, Question } from "./api";
import { clamp, isDay, type Span, step, yearBefore } from "./span";

export interface Camera {
  zoom: number;
  lat: number;
  lon: number;
}

export interface View {
  layer?: string;
  indicator?: string;
  from?: string;
  to?: string;
  categories: string[];
  cell?: string;
  camera?: Camera;
  /** The window whose classes are drawn: set by playing, so that a colour means the same in every frame. */
  scale?: Span;
  /** What stands beside: `before`, `year` or the id of a layer. */
  beside?: string;
  /** Pictures below the hexagons, and how opaque each is. */
  pictures?: Record<string, number>;
}

export const EMPTY: View = { categories: [] };

/** Read `#map=5.2/6.6/20.9&layer=…`; parts that make no sense are left out. */
export function readHash(hash: string): View {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const cell = parts.get("cell") ?? "";
  return {
    layer: parts.get("layer") ?? undefined,
    indicator: parts.get("indicator") ?? undefined,
    from: known(parts.get("from")),
    to: known(parts.get("to")),
    categories: (parts.get("category") ?? "").split(",").filter(Boolean),
    cell: /^[0-9a-f]{15}$/.test(cell) ? cell : undefined,
    camera: readCamera(parts.get("map") ?? ""),
    scale: readSpan(parts.get("scale") ?? ""),
    beside: parts.get("beside") ?? undefined,
    pictures: readPictures(parts.get("pictures") ?? ""),
  };
}

export function writeHash(view: View): string {
  const { camera } = view;
  const parts: [string, string | undefined][] = [
    ["map", camera && `${camera.zoom.toFixed(2)}/${camera.lat.toFixed(4)}/${camera.lon.toFixed(4)}`],
    ["layer", view.layer],
    ["indicator", view.indicator],
    ["from", view.from],
    ["to", view.to],
    ["category", view.categories.join(",") || undefined],
    ["cell", view.cell],
    ["scale", view.scale && `${view.scale.from}/${view.scale.to}`],
    ["beside", view.beside],
    ["pictures", writePictures(view.pictures)],
  ];
  const given = parts.filter((part): part is [string, string] => part[1] !== undefined);
  return `#${given.map(([name, value]) => `${name}=${plain(value)}`).join("&")}`;
}

/** The days a layer has. */
export function daysOf(layer: Layer): Span {
  return { from: layer.data_from, to: layer.data_through };
}

/** The question a view asks of its layer: whatever the layer does not know falls back to its defaults. */
export function questionOf(view: View, layer: Layer): Question {
  const indicator = layer.indicators.find(({ id }) => id === view.indicator);
  const categories = layer.categories.map(({ id }) => id).filter((id) => view.categories.includes(id));
  return {
    layer: layer.id,
    indicator: indicator?.id ?? layer.default_indicator,
    span: clamp({ from: view.from ?? layer.window[0], to: view.to ?? layer.window[1] }, daysOf(layer)),
    categories,
    scale: view.scale && clamp(view.scale, daysOf(layer)),
  };
}

/** What the second map asks: the same numbers earlier, or another layer on the same days. */
export function besideOf(view: View, layer: Layer, layers: Layer[]): Question | undefined {
  const question = questionOf(view, layer);
  if (view.beside === "before" || view.beside === "year") {
    const span = earlier(view.beside, question.span, layer);
    return span && { ...question, span, scale: question.scale ?? question.span };
  }
  const other = layers.find(({ id }) => id === view.beside);
  if (!other) return undefined;
  return { ...questionOf({ ...view, scale: undefined, indicator: undefined, categories: [] }, other), span: onDays(question.span, other) };
}

/** The window that another is compared with, where the layer has data of all its days: part of them would compare nothing. */
export function earlier(how: "before" | "year", span: Span, layer: Layer): Span | undefined {
  const days = daysOf(layer);
  const found = how === "year" ? yearBefore(span) : step(span, -1, { ...days, from: "0001-01-01" });
  return found.from >= days.from && found.to < span.from ? found : undefined;
}

/** The part of a window on which the other layer has data, or all its days where there is none. */
function onDays(span: Span, layer: Layer): Span {
  const days = daysOf(layer);
  return span.from <= days.to && span.to >= days.from ? clamp(span, days) : days;
}

function known(day: string | null): string | undefined {
  return isDay(day) ? day : undefined;
}

function readCamera(text: string): Camera | undefined {
  const [zoom, lat, lon] = text.split("/").map(Number);
  const sane = zoom !== undefined && lat !== undefined && lon !== undefined && Number.isFinite(zoom + lat + lon);
  return sane && Math.abs(lat) <= 90 && zoom >= 0 && zoom <= 24 ? { zoom, lat, lon } : undefined;
}

function readSpan(text: string): Span | undefined {
  const [from, to] = text.split("/");
  return isDay(from) && isDay(to) ? { from, to } : undefined;
}

function readPictures(text: string): Record<string, number> | undefined {
  const parts = text.split(",").map((part) => part.split(":") as [string, string?]);
  const sane = parts.filter(([id, share]) => id && Number(share) >= 0 && Number(share) <= 1);
  return sane.length ? Object.fromEntries(sane.map(([id, share]) => [id, Number(share)])) : undefined;
}

function writePictures(pictures: Record<string, number> = {}): string | undefined {
  return Object.entries(pictures).map(([id, share]) => `${id}:${share}`).join(",") || undefined;
}

// Slashes, commas and colons stay readable in a link that people copy.
function plain(value: string): string {
  return encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
}
