"""Look at a file: what it would be read as, what would load, what would be quarantined. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from .events import Delivery
from .inspect_guess import guess
from .inspect_toml import to_toml
from .mapping import FileShape, Mapping
from .reading import Form, open_file, peek, read_table
from .sources import apply, latest_date, recognise
from .tracks.mapping import PingMapping


@dataclass(frozen=True)
class Proposal:
    """What a file looks like, and what a trial without any writing gave."""

    name: str
    form: Form
    columns: tuple[str, ...]
    source: str | None  # id of the source that knows such files; None: the mapping is a guess
    mapping: Mapping | PingMapping
    doubts: tuple[str, ...]  # what a person should decide
    trial: Delivery

    @property
    def toml(self) -> str:
        """The mapping as a file."""
        return to_toml(self.mapping)

    @property
    def quarantined(self) -> dict[str, int]:
        """Rows that would be refused, by rule."""
        return _count(self.trial.rejects)

    @property
    def remarked(self) -> dict[str, int]:
        """Rows that would load with a remark, by rule."""
        return _count(self.trial.remarks)


def propose(path: Path, mapping: Mapping | PingMapping | None = None, delivered: date | None = None) -> Proposal:
    """Recognise a file, or guess a mapping for it, or try the given one.

    Raises UnreadableFile for a file that is no table, MappingError where nothing in it can be a date.
    """
    content = open_file(path)
    top = peek(content)
    source = None if mapping else recognise(top)
    doubts: tuple[str, ...] = ()
    if source and source.mapping:
        mapping = source.mapping(top)
    table = read_table(content, mapping.file if mapping else FileShape())
    if mapping is None:
        guessed = guess(table)
        mapping, doubts = guessed.mapping, tuple(guessed.doubts)
    trial = apply(table, mapping, delivered or latest_date())
    columns = tuple(table.rows.columns)
    return Proposal(path.name, content.form, columns, source.id if source else None, mapping, doubts, trial)


def _count(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame["rule"].value_counts(sort=True).rows())
