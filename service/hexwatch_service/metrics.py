"""Numbers for Prometheus: what this service answered, and how old, how large and how well loaded its layers are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Message, Send

Rows = Sequence[Mapping[str, Any]]
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where workers add up; the library looks for it when it is imported

# Names in addresses are the client's: only the first part counts, and only if it is ours.
_KINDS = frozenset((
    "tiles", "cells", "layers", "styles", "legend", "collections", "rasters", "wms", "wmts", "map", "dggs", "status",
    "live", "metrics", "healthz", "api", "static",
))  # fmt: skip
ANSWERS = Counter("hexwatch_answers", "Answers by kind of address and status.", ["kind", "status"], registry=None)
SECONDS = Histogram(
    "hexwatch_answer_seconds", "Seconds until an answer begins that was not in memory.", ["kind"], registry=None,
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
)  # fmt: skip


def kind_of(path: str) -> str:
    """What an address is of, of few words."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in _KINDS else "other" if first else "landing"


def count(path: str, status: int) -> None:
    """Count an answer."""
    _answers(kind_of(path), status).inc()


@cache
def _answers(kind: str, status: int) -> Counter:
    """The library looks for its counter anew each time, which takes as long as to answer from memory."""
    return ANSWERS.labels(kind, str(status))


@cache
def _seconds(kind: str) -> Histogram:
    return SECONDS.labels(kind)


def counted(path: str, send: Send) -> Send:
    """`send` that counts the answer when it begins, and how long it took."""
    began, kind = time.perf_counter(), kind_of(path)

    async def counting(message: Message) -> None:
        if message["type"] == "http.response.start":
            count(path, message["status"])
            _seconds(kind).observe(time.perf_counter() - began)
        await send(message)

    return counting


class Told(Collector):
    """What rows of `sql/status.sql` say, as metrics."""

    def __init__(self, told: Mapping[str, Rows], *, up: bool) -> None:
        """`told`: rows by statement; none while the database is away."""
        self._told, self._up = told, up

    def collect(self) -> Iterator[Metric]:
        """One family each."""
        yield _family("hexwatch_database_up", "Whether the database answers.", [], [((), float(self._up))])
        fresh, outcomes = self._told.get("freshness", ()), self._told.get("outcomes", ())
        now, of_layer = time.time(), [(row["layer"],) for row in fresh]
        columns = {
            "release": ("Newest release.", [float(r["release"]) for r in fresh]),
            "release_age_seconds": ("Since the newest release.", [now - r["published_at"].timestamp() for r in fresh]),
            "stale": ("Whether the source was not read for longer than allowed.", [float(r["stale"]) for r in fresh]),
        }
        for name, (text, values) in columns.items():
            yield _family(f"hexwatch_layer_{name}", text, ["layer"], zip(of_layer, values, strict=True))
        through = [((r["layer"],), (now // 86400) - _day(r["data_through"])) for r in fresh if r["data_through"]]
        yield _family("hexwatch_layer_data_age_days", "Days since the last day of the data.", ["layer"], through)
        labels = ["dataset", "source", "status"]
        for name in ("runs", "loaded", "quarantined"):
            of_status = [(tuple(r[label] for label in labels), float(r[name])) for r in outcomes]
            yield _family(f"hexwatch_load_{name}", f"{name.capitalize()} of all loads.", labels, of_status)
        steps = [((r["dataset"], r["source"], r["name"]), r["seconds"]) for r in self._told.get("steps", ())]
        yield _family(
            "hexwatch_load_step_seconds",
            "Of the newest finished load.",
            ["dataset", "source", "step"],
            steps,
        )
        waiting = [((r["dataset"], r["rule"]), float(r["rows"])) for r in self._told.get("quarantine", ())]
        yield _family("hexwatch_quarantine_rows", "Rows that wait in quarantine.", ["dataset", "rule"], waiting)


def _day(day: Any) -> int:
    return day.toordinal() - 719163  # 1970-01-01


def _family(name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    for of, value in values:
        family.add_metric(list(of), value)
    return family


def exposition(told: Mapping[str, Rows], *, up: bool) -> bytes:
    """Everything in Prometheus' text format; of all workers where they share a folder."""
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(ANSWERS)
        registry.register(SECONDS)
    registry.register(Told(told, up=up))
    return generate_latest(registry)
