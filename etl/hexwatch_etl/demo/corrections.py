"""The reporters' first word and their second thoughts: deaths recounted, places found out, double reports dropped."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from hexwatch_schemas.words import Precision

from . import reporting
from .country import Floats, Ints

RECOUNTED = 0.045  # share of the reports whose deaths are corrected
FOUND = 0.025  # whose place becomes exact
DOUBLE = 0.01  # that tell once more of an incident already reported; the later delivery lacks them

SOURCE = "synthetic: made by the Hexwatch simulator"


@dataclass(frozen=True)
class Heard:
    """The incidents that somebody passed on, in order of time: day, place (n, 2), reporter's code, deaths."""

    day: Floats
    place: Floats
    code: np.ndarray
    deaths: Ints

    def take(self, rows: Ints | np.ndarray) -> Heard:
        """The rows of an index or a mask."""
        return Heard(self.day[rows], self.place[rows], self.code[rows], self.deaths[rows])


@dataclass(frozen=True)
class Reports:
    """Two deliveries, each complete. In the later each incident stands once, its true deaths as the best count."""

    initial: pl.DataFrame
    revised: pl.DataFrame
    incident: Ints  # row of Heard that each initial report tells of
    double: np.ndarray  # whether an initial report is one that the later delivery lacks


def reports(heard: Heard, rng: np.random.Generator) -> Reports:
    """Every incident reported once, a few twice; then some of the reports corrected."""
    count = len(heard.day)
    incident = np.sort(np.concatenate((np.arange(count), np.flatnonzero(rng.random(count) < DOUBLE))))
    double = np.diff(incident, prepend=-1) == 0
    told = heard.take(incident)
    precision = reporting.drawn(reporting.PLACES_KNOWN, len(incident), rng)
    recounted, found = _faulty(precision, double, rng)
    initial = _first(told, precision, recounted, rng)
    later = [
        initial.filter(~(recounted | found | double)),
        _corrected(initial.filter(recounted), reporting.death_columns(told.deaths[recounted], rng)),
        _corrected(initial.filter(found), _exact(told.place[found], rng)),
    ]
    return Reports(initial, pl.concat(later).sort("incident_id"), incident, double)


def _faulty(precision: np.ndarray, double: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Which reports get their deaths, and which their place corrected; no report both."""
    vague = (precision != Precision.EXACT) & ~double
    found = vague & (rng.random(len(precision)) < FOUND / (1 - reporting.PLACES_KNOWN[Precision.EXACT]))
    recounted = ~vague & ~double & (rng.random(len(precision)) < RECOUNTED / reporting.PLACES_KNOWN[Precision.EXACT])
    return recounted, found


def _first(told: Heard, precision: np.ndarray, recounted: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    """The initial reports, in order of time."""
    best = np.where(recounted, _miscounted(told.deaths, rng), told.deaths)
    return pl.DataFrame(
        {
            "incident_id": _ids(told),
            "revision": np.ones(len(precision), dtype=np.int64),
        },
        schema_overrides={"incident_id": pl.String},
    ).with_columns(
        *reporting.day_columns(told.day, rng),
        *reporting.place_columns(told.place, precision, rng),
        pl.Series("type", told.code),
        *reporting.death_columns(best, rng),
        pl.lit(SOURCE).alias("source"),
    )


def _ids(told: Heard) -> list[str]:
    """Ids that no other history has: a new one, loaded over an old one, replaces it and corrects nothing in it."""
    history = hashlib.sha256(told.day.tobytes() + told.place.tobytes()).hexdigest()[:6]
    return [f"SYN-{history}-{number:06d}" for number in range(1, len(told.day) + 1)]


def _corrected(some: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """The same reports with changed columns, as their second revision."""
    return some.with_columns(*changed, revision=pl.lit(2, pl.Int64))


def _exact(places: Floats, rng: np.random.Generator) -> pl.DataFrame:
    return reporting.place_columns(places, np.full(len(places), str(Precision.EXACT)), rng)


def _miscounted(deaths: Ints, rng: np.random.Generator) -> Ints:
    """First counts that were wrong: too high, or where there were deaths as often too low."""
    off = 1 + rng.poisson(0.4 * deaths)
    low = (rng.random(len(deaths)) < 0.5) & (deaths > 0)
    return np.where(low, np.maximum(deaths - off, 0), deaths + off)
