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
  /** What it is compared with: `before`, `year`, a window, the id of a layer, `bare` (no pictures), `first` (their first day). */
  beside?: string;
  /** How: one map beside the other, one under the other, or as the difference of the two. */
  how?: How;
  /** Pictures below the hexagons. */
  pictures?: Record<string, Shade>;
}

export type How = "swipe" | "change";

/** How opaque a picture is, and of which day where it has several. */
export interface Shade {
  opacity: number;
  day?: string;
}

const HOW: How[] = ["swipe", "change"];

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
    how: HOW.find((how) => how === parts.get("how")),
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
    ["how", view.how],
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
  const span = clamp({ from: view.from ?? layer.window[0], to: view.to ?? layer.window[1] }, daysOf(layer));
  const against = view.how === "change" ? otherDays(view.beside, span, layer) : undefined;
  const scale = view.scale && !against ? clamp(view.scale, daysOf(layer)) : undefined;
  return { layer: layer.id, indicator: indicator?.id ?? layer.default_indicator, span, categories, scale, against };
}

/** What the second map asks: the same numbers on other days, or below other pictures, or another layer on the same days. */
export function besideOf(view: View, layer: Layer, layers: Layer[]): Question | undefined {
  const question = questionOf(view, layer);
  if (question.against) return undefined;
  if (view.beside === "bare" || view.beside === "first") return Object.keys(view.pictures ?? {}).length ? question : undefined;
  const span = otherDays(view.beside, question.span, layer);
  if (span) return { ...question, span, scale: question.scale ?? question.span };
  const other = layers.find(({ id }) => id === view.beside);
  if (!other) return undefined;
  return { ...questionOf({ ...view, how: undefined, scale: undefined, indicator: undefined, categories: [] }, other), span: onDays(question.span, other) };
}

/** The window that is compared with, where one is named and can be. */
export function otherDays(beside: string | undefined, span: Span, layer: Layer): Span | undefined {
  if (beside === "before" || beside === "year") return earlier(beside, span, layer);
  const named = readSpan(beside ?? "");
  return named && clamp(named, daysOf(layer));
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

function readPictures(text: string): Record<string, Shade> | undefined {
  const parts = text.split(",").map((part) => part.split(":") as [string, string?, string?]);
  const sane = parts.filter(([id, share]) => id && Number(share) >= 0 && Number(share) <= 1);
  const shades = sane.map(([id, share, day]) => [id, { opacity: Number(share), ...(isDay(day) ? { day } : {}) }] as const);
  return shades.length ? Object.fromEntries(shades) : undefined;
}

function writePictures(pictures: Record<string, Shade> = {}): string | undefined {
  const parts = Object.entries(pictures).map(([id, { opacity, day }]) => [id, opacity, day].filter((part) => part !== undefined));
  return parts.map((part) => part.join(":")).join(",") || undefined;
}

// Slashes, commas and colons stay readable in a link that people copy.
function plain(value: string): string {
  return encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
}
