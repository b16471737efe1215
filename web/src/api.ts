/** The service's answers as types, and one way to ask for them. */

import type * as GeoJSON from "geojson";
import type { StyleSpecification } from "maplibre-gl";
import { t } from "./language";
import type { Span } from "./span";

export interface Indicator {
  id: string;
  title: string;
  unit: string;
  formula: string;
  source: string;
  /** The measures it is made of. */
  needs?: string[];
}

export interface Category {
  id: string;
  title: string;
}

export interface Layer {
  id: string;
  title: string;
  kind: string;
  synthetic: boolean;
  indicators: Indicator[];
  default_indicator: string;
  /** West, south, east, north; west is the larger one where the layer crosses the antimeridian. */
  bounds: [number, number, number, number];
  /** Shown where the reader chose none. */
  window: [string, string];
  release: number;
  as_of: string;
  data_from: string;
  data_through: string;
  attribution: string;
  licence: string;
  citation?: string;
  categories: Category[];
  /** What is known of a hexagon, where it is known who looked. */
  states?: string[];
}

/** A collection of outlines. */
export interface Area {
  id: string;
  title: string;
}

export interface LegendClass {
  label: string;
  color: string;
  opacity?: number;
}

export interface LegendState {
  state: string;
  label: string;
}

export interface Legend {
  title: string;
  unit: string;
  note?: string;
  classes: LegendClass[];
  states?: LegendState[];
}

/** What is known to lie in the hexagon, and its share of what is known less exactly. */
export interface Mass {
  precise: number;
  spread: number;
}

export interface Cell {
  h3: string;
  area_km2: number;
  window: [string, string];
  release: number;
  center: [number, number];
  indicators: Record<string, { title: string; unit: string; value: number | null }>;
  measures: Record<string, Mass>;
  unplaced: Record<string, number>;
  state?: string;
  /** The numbers of the window compared with, and by indicator what changed since: null where that is not known. */
  against?: Pick<Cell, "window" | "indicators" | "state">;
  change?: Record<string, number | null>;
}

/** By measure, arrays as long as `periods`: `unplaced` is of a whole layer only. */
export interface Series {
  step: "day" | "week" | "month" | "year";
  window: [string, string];
  release: number;
  attribution: string;
  /** First days; a period ends before the next one. */
  periods: string[];
  measures: Record<string, { precise: number[]; spread: number[]; unplaced?: number[] }>;
}

export interface Picture {
  id: string;
  title: string;
  bounds: [number, number, number, number];
  attribution: string;
  /** Days on which its files begin, oldest first: several, where it has a history. */
  times: string[];
}

/** What a map of one indicator is asked with. */
export interface Question {
  layer: string;
  indicator: string;
  span: Span;
  categories: string[];
  /** The window whose classes are drawn, where it is not the one shown. */
  scale?: Span;
  /** Where the change since another window is shown. */
  against?: Span;
}

/** The service gave no answer, or one that says what is wrong. */
export class ServiceError extends Error {
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

export class Api {
  /** `onDark` tells whether the map below is dark. */
  constructor(
    readonly root: URL,
    private readonly onDark: () => boolean,
  ) {}

  async layers(): Promise<Layer[]> {
    return (await this.#get<{ layers: Layer[] }>("layers")).layers;
  }

  style(question: Question, signal: AbortSignal): Promise<StyleSpecification> {
    return this.#get(`styles/${path(question)}.json?${drawn(question)}${this.#ground()}`, signal);
  }

  legend(question: Question, zoom: number, signal: AbortSignal): Promise<Legend> {
    return this.#get(`legend/${path(question)}.json?zoom=${zoom}&${drawn(question)}${this.#ground()}`, signal);
  }

  #ground(): string {
    return this.onDark() ? "&ground=dark" : "";
  }

  /** Over all days of the layer, or of the window where a cell is asked for. */
  series(question: Question, cell: string | undefined, signal?: AbortSignal): Promise<Series> {
    const whose = cell ? `${query(question)}&cell=${cell}` : query({ ...question, span: ALL });
    return this.#get(`layers/${encodeURIComponent(question.layer)}/series?${whose}`, signal);
  }

  async pictures(): Promise<Picture[]> {
    return (await this.#get<{ rasters: Picture[] }>("rasters")).rasters;
  }

  cell(question: Question, h3: string, signal: AbortSignal): Promise<Cell> {
    return this.#get(`layers/${encodeURIComponent(question.layer)}/cells/${h3}?${query(question)}${against(question)}`, signal);
  }

  /** Of the hexagons whose middle lies in an area. */
  within(question: Question, area: GeoJSON.Geometry, signal: AbortSignal): Promise<Series> {
    const address = `layers/${encodeURIComponent(question.layer)}/series?${query(question)}`;
    const body = JSON.stringify(area);
    return this.#get(address, signal, { method: "POST", body, headers: { "Content-Type": "application/geo+json" } });
  }

  async areas(): Promise<Area[]> {
    const { collections } = await this.#get<{ collections: Area[] }>("collections?f=json");
    return collections.filter(({ id }) => id.endsWith("_areas"));
  }

  /** The outline of a collection around a place. */
  async areaAt(collection: string, [lon, lat]: [number, number], signal: AbortSignal): Promise<GeoJSON.Feature | undefined> {
    const filter = encodeURIComponent(`S_INTERSECTS(geometry,POINT(${lon} ${lat}))`);
    const address = `collections/${encodeURIComponent(collection)}/items?f=json&limit=1&filter=${filter}`;
    return (await this.#get<GeoJSON.FeatureCollection>(address, signal)).features[0];
  }

  async #get<T>(relative: string, signal?: AbortSignal, asked: RequestInit = {}): Promise<T> {
    const response = await this.#fetch(new URL(relative, this.root), signal, asked);
    if (!response.ok) throw new ServiceError(await complaint(response), response.status);
    return (await response.json()) as T;
  }

  async #fetch(url: URL, signal: AbortSignal | undefined, asked: RequestInit): Promise<Response> {
    try {
      // Asked anew each time (an unchanged answer costs a few bytes): number, colour and legend must be of one release.
      const headers = { Accept: "application/json, application/geo+json;q=0.9", ...asked.headers };
      return await fetch(url, { ...asked, signal, cache: "no-cache", headers });
    } catch (error) {
      if (aborted(error)) throw error;
      throw new ServiceError(t("The Hexwatch service does not answer."));
    }
  }
}

export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

const ALL: Span = { from: "..", to: ".." };

/** What a colour depends on. */
function drawn(question: Question): string {
  return `${query(question)}${scale(question)}${against(question)}`;
}

function against({ against }: Question): string {
  return against ? `&against=${against.from}/${against.to}` : "";
}

function scale({ scale }: Question): string {
  return scale ? `&scale=${scale.from}/${scale.to}` : "";
}

/** Query of a window and its categories, in the form all the service's addresses share. */
export function query({ span, categories }: Question): string {
  const parameters = new URLSearchParams({ datetime: `${span.from}/${span.to}` });
  if (categories.length > 0) parameters.set("category", categories.join(","));
  return parameters.toString();
}

function path({ layer, indicator }: Question): string {
  return `${encodeURIComponent(layer)}/${encodeURIComponent(indicator)}`;
}

async function complaint(response: Response): Promise<string> {
  const fallback = t("The Hexwatch service answered {0}.", `${response.status} ${response.statusText}`.trim());
  try {
    const { description, detail } = (await response.json()) as Record<string, unknown>;
    return [description, detail].find((text) => typeof text === "string") ?? fallback;
  } catch {
    return fallback;
  }
}
