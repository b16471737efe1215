"""What a load tells the catalogue: the dataset it fills, its measures and categories, and the layer that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import psycopg

from hexwatch_schemas import indicators
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.indicators import Indicator
from hexwatch_schemas.settings import settings
from hexwatch_schemas.words import Audience, DatasetKind

from .events import Measure, Origin
from .ownership import held
from .store_rows import sql

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")  # as the catalogue checks it; it stands in addresses


@dataclass(frozen=True)
class Description:
    """What an operator may say of a dataset; None leaves what is known."""

    title: str | None = None
    attribution: str | None = None
    licence: str | None = None
    citation: str | None = None
    resolution: int | None = None
    areas: str | None = None
    threshold: float | None = None
    synthetic: bool = False
    audience: Audience | None = None


@dataclass(frozen=True)
class Dataset:
    """A dataset as the catalogue has it."""

    id: str
    number: int
    kind: DatasetKind
    base: int
    areas: str | None
    threshold: float


def declare(
    conn: psycopg.Connection,
    dataset: str,
    kind: DatasetKind,
    source: tuple[str, str],
    origin: Origin,
    said: Description,
    *,
    alone: bool = True,
) -> Dataset:
    """Make the dataset if it is new and note what was said of it. Raises UsageError where that contradicts it.

    For a load, which must be `alone`: raises Locked where another is under way, instead of waiting for its publish.
    """
    if not NAME.fullmatch(dataset):
        raise UsageError(
            f"{dataset!r} cannot name a dataset.", hint="Use up to 63 lower-case letters, digits and hyphens."
        )
    with conn.transaction():
        conn.execute(sql("catalogue.source"), {"id": source[0], "title": source[1], "kind": kind})
        audience = said.audience or settings().audience
        named = {"id": dataset, "kind": kind, "source": source[0], "audience": audience}
        new = conn.execute(sql("catalogue.add_dataset"), named).fetchone()
        if new:
            conn.execute("select hex.add_partition(%s)", new)
    with held(conn, dataset) if alone else nullcontext(), conn.transaction():
        _refuse_contradiction(conn, dataset, kind, said)
        conn.execute(sql("catalogue.describe"), {**vars(said), "id": dataset})
        conn.execute(sql("catalogue.fill_origin"), {**vars(origin), "id": dataset, "source": source[0]})
        _classify(conn, dataset, said.audience)
        return find(conn, dataset)


def _classify(conn: psycopg.Connection, dataset: str, audience: Audience | None) -> None:
    """A load may say who sees a dataset of which nobody has said so; it never changes what somebody said."""
    known = audience_of(conn, dataset)
    if audience is None or known == audience:
        return
    if known is not None:
        raise UsageError(
            f"Dataset {dataset!r} is {known}, not {audience}.",
            hint=f"hexwatch classify {dataset} --audience {audience}",
        )
    conn.execute(sql("catalogue.classify"), {"id": dataset, "audience": audience})


def audience_of(conn: psycopg.Connection, dataset: str) -> str | None:
    """Who may see what is made of a dataset; None where nobody has said."""
    row = conn.execute(sql("catalogue.audience"), {"id": dataset}).fetchone()
    return row[0] if row else None


def _refuse_contradiction(conn: psycopg.Connection, dataset: str, kind: DatasetKind, said: Description) -> None:
    known = find(conn, dataset)
    if known.kind != kind:
        raise UsageError(
            f"Dataset {dataset!r} holds {known.kind.value}, this file {kind.value}.", hint="Load it under another name."
        )
    row = conn.execute(sql("catalogue.has_facts"), {"dataset": known.number}).fetchone()
    if row and row[0] and said.resolution not in (None, known.base):
        raise UsageError(
            f"Dataset {dataset!r} already has facts at resolution {known.base}.",
            hint="Load it under another name to have another resolution.",
        )
    if said.areas is not None:
        find(conn, said.areas)


def find(conn: psycopg.Connection, dataset: str) -> Dataset:
    """The dataset of an id. Raises UsageError where there is none."""
    row = conn.execute(sql("catalogue.dataset"), {"id": dataset}).fetchone()
    if row is None:
        raise UsageError(f"There is no dataset {dataset!r}.", hint="Load it first.")
    number, kind, base, areas, threshold, _ = row
    return Dataset(dataset, number, DatasetKind(kind), base, areas, threshold)


def add_measures(conn: psycopg.Connection, dataset: Dataset, measures: Iterable[Measure]) -> dict[str, int]:
    """Note measures that are new; the scale of each of the dataset's measures, in stored order."""
    for measure in measures:
        conn.execute(sql("catalogue.add_measure"), {**vars(measure), "dataset": dataset.number})
    return dict(conn.execute(sql("catalogue.scales"), {"dataset": dataset.number}).fetchall())


def add_categories(conn: psycopg.Connection, dataset: Dataset, ids: Sequence[str]) -> None:
    """Note categories that are new."""
    conn.execute(sql("catalogue.add_categories"), {"dataset": dataset.number, "ids": list(ids)})


def show(conn: psycopg.Connection, dataset: Dataset, measures: Iterable[str]) -> None:
    """Make or renew the layer that shows a dataset: every indicator that its measures allow."""
    shown = indicators.for_measures(measures)
    note_indicators(conn, shown)
    conn.execute(sql("catalogue.layer"), {"dataset": dataset.number, "indicators": [i.id for i in shown]})
    conn.execute(sql("catalogue.layer_dataset"), {"dataset": dataset.number})
    conn.execute("select layers.draw(%s)", (dataset.number,))


def note_indicators(conn: psycopg.Connection, shown: Iterable[Indicator]) -> None:
    """Keep what indicators mean, for those who read the database."""
    for indicator in shown:
        fields = ("id", "title", "unit", "formula", "source")
        conn.execute(sql("catalogue.indicator"), {f: getattr(indicator, f) for f in fields})
