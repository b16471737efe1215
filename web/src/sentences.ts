/** What the page says when there is more to say than numbers. */

import { ServiceError } from "./api";
import { t } from "./language";
import type { Notice } from "./parts/notices";

export function synthetic(tour: () => void): Notice {
  return {
    tone: "synthetic",
    title: t("Synthetic data."),
    text: t("A simulator made this layer: nothing in it happened."),
    action: { label: t("Short tour"), run: tour },
  };
}

export function noLayers(): Notice {
  return {
    tone: "plain",
    title: t("There is no layer yet."),
    text: t("Load one, and this page shows it within a minute:"),
    code: "hexwatch load DATASET FILE",
  };
}

export function nothingHere(fit: () => void): Notice {
  return {
    tone: "plain",
    title: t("No hexagon in sight."),
    text: t("In this window and these categories, no report is placed in this part of the map."),
    action: { label: t("Show the whole layer"), run: fit },
  };
}

export function serviceDown(error: unknown, retry: () => void): Notice {
  return {
    tone: "wrong",
    title: reason(error),
    text: t("What you see may be out of date. The page asks again every few seconds."),
    action: { label: t("Ask now"), run: retry },
  };
}

export function wrong(error: unknown, retry: () => void): Notice {
  return {
    tone: "wrong",
    title: t("The map could not be drawn completely."),
    text: reason(error),
    action: { label: t("Try again"), run: retry },
  };
}

export function reason(error: unknown): string {
  if (error instanceof ServiceError) return error.message;
  const status = (error as { status?: number } | null)?.status;
  if (status) return t("The Hexwatch service answered {0} for a part of the map.", status);
  return (error as { message?: string } | null)?.message ?? t("The reason is unknown.");
}
