/** What the page says when there is more to say than numbers. */

import { ServiceError } from "./api";
import type { Notice } from "./parts/notices";

export function synthetic(): Notice {
  return {
    tone: "synthetic",
    title: "Synthetic data.",
    text: "A simulator made this layer: nothing in it happened.",
  };
}

export function noLayers(): Notice {
  return {
    tone: "plain",
    title: "There is no layer yet.",
    text: "Load one, and this page shows it within a minute:",
    code: "hexwatch load DATASET FILE",
  };
}

export function nothingHere(fit: () => void): Notice {
  return {
    tone: "plain",
    title: "No hexagon in sight.",
    text: "In this window and these categories, no report is placed in this part of the map.",
    action: { label: "Show the whole layer", run: fit },
  };
}

export function serviceDown(error: unknown, retry: () => void): Notice {
  return {
    tone: "wrong",
    title: reason(error),
    text: "What you see may be out of date. The page asks again every few seconds.",
    action: { label: "Ask now", run: retry },
  };
}

export function wrong(error: unknown, retry: () => void): Notice {
  return {
    tone: "wrong",
    title: "The map could not be drawn completely.",
    text: reason(error),
    action: { label: "Try again", run: retry },
  };
}

export function reason(error: unknown): string {
  if (error instanceof ServiceError) return error.message;
  const status = (error as { status?: number } | null)?.status;
  if (status) return `The Hexwatch service answered ${status} for a part of the map.`;
  return (error as { message?: string } | null)?.message ?? "The reason is unknown.";
}
