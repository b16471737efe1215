"""Makes the catalogue agree with a project file: first what would change, then the change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from .. import catalogue, sources
from ..catalogue import Description
from ..events import Origin
from ..layers import Chosen, LayerRequest, compose
from ..store_rows import sql
from .model import DeclaredDataset, DeclaredLayer, Project

_CLIENTS = {"ucdp": "ucdp-ged", "acled": "acled"}  # whose rows a client of ours brings


@dataclass(frozen=True)
class Change:
    """One line of a plan. `sign`: + new, ~ changed, ! not possible yet, ? there and not in the file."""

    sign: str
    what: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.what}{': ' + self.about if self.about else ''}"


def plan(conn: psycopg.Connection, project: Project) -> list[Change]:
    """What `apply` would change. Nothing is ever removed: what the file does not name stays as it is."""
    cursor = conn.cursor(row_factory=dict_row)
    there = {row["id"]: row for row in cursor.execute(sql("project.datasets"))}
    layers = {row["layer"]: row for row in cursor.execute(sql("project.layers"))}
    found = [c for name, said in project.datasets.items() for c in _of_dataset(name, said, there.get(name))]
    found += [c for name, said in project.layers.items() for c in _of_layer(conn, name, said, layers.get(name))]
    return found + [
        Change("?", f"dataset {name}", "not in the file") for name in sorted(there.keys() - project.datasets)
    ]


def _of_dataset(name: str, said: DeclaredDataset, known: dict[str, Any] | None) -> Iterator[Change]:
    if known is None:
        yield Change("+", f"dataset {name}", said.kind.value)
        known = {}
    wanted = {**_told(said), **_planned(said)}
    for word, value in wanted.items():
        if value is not None and known.get(word) != value and (known or word in _planned(said)):
            before = known.get(word)
            yield Change("~" if known else "+", f"dataset {name} {word}", f"{_shown(before)} to {_shown(value)}")


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)


def _told(said: DeclaredDataset) -> dict[str, Any]:
    return {
        "kind": said.kind.value, "title": said.title, "attribution": said.attribution, "licence": said.licence,
        "citation": said.citation, "base_resolution": said.resolution, "areas_id": said.areas,
        "quarantine_threshold": said.threshold, "audience": said.audience, "synthetic": said.synthetic or None,
    }  # fmt: skip


def _planned(said: DeclaredDataset) -> dict[str, Any]:
    plan = said.schedule
    if plan is None:
        return {}
    stale = timedelta(hours=plan.stale_after_hours) if plan.stale_after_hours else None
    step = plan.days if said.by_days else None
    return {
        "cron": plan.cron, "step_days": step, "lag_days": plan.lag_days, "deadline": plan.deadline,
        "stale_after": stale,
    }  # fmt: skip


def _of_layer(
    conn: psycopg.Connection, name: str, said: DeclaredLayer, known: dict[str, Any] | None
) -> Iterator[Change]:
    declared = json.loads(said.model_dump_json())
    if known is not None and known["declared"] == declared:
        return
    empty = [d for d in {said.of, said.effort, said.population} if d and not _loaded(conn, d)]
    if empty:
        yield Change("!", f"layer {name}", f"waits for {', '.join(sorted(empty))}; apply again once it is loaded")
    else:
        yield Change("~" if known else "+", f"layer {name}", f"{said.of} beside {said.effort or said.population}")


def _loaded(conn: psycopg.Connection, dataset: str) -> bool:
    row = conn.execute(sql("project.is_loaded"), {"dataset": dataset}).fetchone()
    return bool(row and row[0])


def apply(conn: psycopg.Connection, project: Project, folder: Path) -> list[Change]:
    """Carry out the plan, on an autocommit connection; the plan. Safe to repeat. Raises UsageError and Locked."""
    found = plan(conn, project)
    with conn.transaction():
        for name in _areas_first(project):
            _declare(conn, name, project.datasets[name], folder)
    for name, said in project.layers.items():
        if any(c.sign in "+~" and c.what == f"layer {name}" for c in found):
            compose(conn, _request(name, said))
            conn.execute(
                sql("project.note_layer"), {"layer": name, "declared": Jsonb(json.loads(said.model_dump_json()))}
            )
    return found


def _request(name: str, said: DeclaredLayer) -> LayerRequest:
    access, required = (Chosen.parse(text) if text else None for text in (said.access, said.required))
    return LayerRequest(
        name, said.of, said.effort, access=access, required=required, title=said.title, population=said.population
    )


def _areas_first(project: Project) -> list[str]:
    return sorted(project.datasets, key=lambda name: (project.datasets[name].areas is not None, name))


def _declare(conn: psycopg.Connection, name: str, said: DeclaredDataset, folder: Path) -> None:
    known = said.source or _CLIENTS.get(getattr(said.origin, "api", ""))
    source = sources.get(known or "table")
    origin = source.origin if known else Origin("", "")  # the first file will tell
    dataset = catalogue.declare(
        conn, name, said.kind, (source.id, source.title), origin, description(said), alone=False
    )
    if said.audience is not None:
        conn.execute(sql("project.audience"), {"dataset": dataset.number, "audience": said.audience})
    if said.schedule is None:
        conn.execute(sql("project.unschedule"), {"dataset": dataset.number})
        return
    declared = Jsonb({"file": folder.name})
    conn.execute(sql("project.schedule"), {**_planned(said), "dataset": dataset.number, "declared": declared})


def description(said: DeclaredDataset) -> Description:
    """What is said of a dataset, as loads take it."""
    return Description(
        said.title, said.attribution, said.licence, said.citation, said.resolution, said.areas, said.threshold,
        said.synthetic,
    )  # fmt: skip
