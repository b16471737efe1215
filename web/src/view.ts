/** What the reader looks at, and its form in the page's address. */

import type { Layer, Question } from "./api";
import { clamp, isDay, type Span } from "./span";

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
  };
}

function known(day: string | null): string | undefined {
  return isDay(day) ? day : undefined;
}

function readCamera(text: string): Camera | undefined {
  const [zoom, lat, lon] = text.split("/").map(Number);
  const sane = zoom !== undefined && lat !== undefined && lon !== undefined && Number.isFinite(zoom + lat + lon);
  return sane && Math.abs(lat) <= 90 && zoom >= 0 && zoom <= 24 ? { zoom, lat, lon } : undefined;
}

// Slashes and commas stay readable in a link that people copy.
function plain(value: string): string {
  return encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%2C", ",");
}
