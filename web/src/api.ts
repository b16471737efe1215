/** The service's answers as types, and one way to ask for them. */

import type { StyleSpecification } from "maplibre-gl";
import type { Span } from "./span";

export interface Indicator {
  id: string;
  title: string;
  unit: string;
  formula: string;
  source: string;
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
}

/** What a map of one indicator is asked with. */
export interface Question {
  layer: string;
  indicator: string;
  span: Span;
  categories: string[];
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
  constructor(readonly root: URL) {}

  async layers(): Promise<Layer[]> {
    return (await this.#get<{ layers: Layer[] }>("layers")).layers;
  }

  style(question: Question, signal: AbortSignal): Promise<StyleSpecification> {
    return this.#get(`styles/${path(question)}.json?${query(question)}`, signal);
  }

  legend(question: Question, zoom: number, signal: AbortSignal): Promise<Legend> {
    return this.#get(`legend/${path(question)}.json?zoom=${zoom}&${query(question)}`, signal);
  }

  cell(question: Question, h3: string, signal: AbortSignal): Promise<Cell> {
    return this.#get(`layers/${encodeURIComponent(question.layer)}/cells/${h3}?${query(question)}`, signal);
  }

  async #get<T>(relative: string, signal?: AbortSignal): Promise<T> {
    const response = await this.#fetch(new URL(relative, this.root), signal);
    if (!response.ok) throw new ServiceError(await complaint(response), response.status);
    return (await response.json()) as T;
  }

  async #fetch(url: URL, signal?: AbortSignal): Promise<Response> {
    try {
      // Asked anew each time (an unchanged answer costs a few bytes): number, colour and legend must be of one release.
      return await fetch(url, { signal, cache: "no-cache", headers: { Accept: "application/json" } });
    } catch (error) {
      if (aborted(error)) throw error;
      throw new ServiceError("The Hexwatch service does not answer.");
    }
  }
}

export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
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
  const fallback = `The Hexwatch service answered ${response.status} ${response.statusText}`.trim() + ".";
  try {
    const { description, detail } = (await response.json()) as Record<string, unknown>;
    return [description, detail].find((text) => typeof text === "string") ?? fallback;
  } catch {
    return fallback;
  }
}
