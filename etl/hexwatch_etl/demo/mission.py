"""The demo mission: a history, the reports of it, and both as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hexwatch_schemas.errors import UsageError

from . import effort, files, marks, reporting
from .corrections import Heard, reports
from .history import History, happen
from .patrols import patrols

SEED = 20260101
LOADS = (*files.LOADS, *effort.LOADS)


@dataclass(frozen=True)
class Mission:
    """What was written to `folder`, and how much of it."""

    folder: Path
    incidents: int  # that happened
    heard: int  # of them passed on by somebody
    reports: int  # in the initial file: each incident that was heard of, and some a second time
    corrected: int  # of the revised file, which has each incident once
    pings: int  # of patrols, posts and flights
    loads: tuple[tuple[str, ...], ...]  # arguments of `hexwatch`, in order; paths relative to the folder


def simulate(folder: Path, seed: int = SEED, scale: float = 1.0) -> Mission:
    """Write the mission to `folder`; the same seed and scale give the same bytes.

    `scale` multiplies the number of incidents (1: about 4,400 reports). Raises UsageError where it is not positive.
    """
    if not 0 < scale <= 100:
        raise UsageError(f"The scale {scale} is not above 0 and at most 100.", hint="1 gives about 4,400 reports.")
    if seed < 0:
        raise UsageError(f"The seed {seed} is negative.", hint="Take any whole number from 0.")
    # Each part has its own stream: a change to one leaves what the others draw as it was.
    of_history, of_reports, of_patrols, of_tellers = np.random.SeedSequence(seed).spawn(4)
    who = patrols(np.random.default_rng(of_patrols))
    history = happen(of_history, reporting.DAYS, scale, [who.survival])
    what = history.happened
    history = history.told(who.passed_on(what.day, what.place, np.random.default_rng(of_tellers)))
    told = reports(_heard(history), np.random.default_rng(of_reports))
    files.write_delivery(folder, told)
    effort.write(folder, who)
    files.write_truth(folder / "truth", history, told, {"seed": seed, "scale": scale, "patrols": effort.parameters()})
    files.write_loads(folder, LOADS)
    heard, corrected = int(history.heard.sum()), told.revised.filter(pl.col("revision") > 1).height
    return Mission(folder, len(history), heard, told.initial.height, corrected, who.day.size, LOADS)


def _heard(history: History) -> Heard:
    """What reporters know of the history."""
    code = np.array([one.code for one in marks.CATEGORIES])[history.category]
    return Heard(history.happened.day, history.happened.place, code, history.deaths).take(history.heard)
