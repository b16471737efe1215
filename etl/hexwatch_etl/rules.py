"""The rules every row must pass: one table, and the findings of one file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Action(StrEnum):
    """What happens to a row that breaks a rule."""

    QUARANTINE = "quarantine"
    REMARK = "remark"


@dataclass(frozen=True)
class Rule:
    """One rule. `fixed` ones cannot be relaxed by a mapping: without them there is nothing to load."""

    sentence: str
    action: Action = Action.QUARANTINE
    fixed: bool = False


# In order of importance: a row in quarantine shows the first rule it breaks.
RULES: dict[str, Rule] = {
    "broken-line": Rule("The line has as many cells as the header, and its quotes close.", fixed=True),
    "missing-key": Rule("Every part of the id is filled.", fixed=True),
    "missing-date": Rule("There is a date.", fixed=True),
    "unreadable-date": Rule("The date has one of the declared forms.", fixed=True),
    "backwards-dates": Rule("The event does not end before it begins.", fixed=True),
    "future-date": Rule("The event does not begin after the day the file was delivered."),
    "unreadable-number": Rule("Numbers are numbers, and whole where the measure is whole."),
    "unreadable-coordinates": Rule("Coordinates are numbers.", fixed=True),
    "zero-coordinates": Rule("The point is not 0, 0, where programs put what they could not place."),
    "swapped-coordinates": Rule("Latitude and longitude have not changed places.", fixed=True),
    "impossible-coordinates": Rule("Longitude lies within 180 degrees and latitude within 90.", fixed=True),
    "unknown-code": Rule("Every code is in the crosswalk.", fixed=True),
    "negative-amount": Rule("Amounts are not negative."),
    "bounds": Rule("The low estimate is at most the best, and the best at most the high."),
    "outside-extent": Rule("The point lies in the extent that the mapping declares.", Action.REMARK),
    "missing-coordinates": Rule("A place finer than a country has coordinates; else it is unplaced.", Action.REMARK),
    "clock-gap": Rule("The local time exists; one that summer time skips is moved forward.", Action.REMARK),
    "clock-repeat": Rule("The local time occurs once; of two the first is taken.", Action.REMARK),
}
_FINDING = {"row": pl.UInt32(), "rule": pl.String(), "reason": pl.String()}


class Findings:
    """Which rows of one file break which rules."""

    def __init__(self, height: int, actions: dict[str, Action], rules: dict[str, Rule] = RULES) -> None:
        """`height`: rows of the file; `actions`: what a mapping changes about `rules`."""
        self._height = height
        self._actions = {name: actions.get(name, rule.action) for name, rule in rules.items()}
        self._order = {name: position for position, name in enumerate(rules)}
        self._found: list[pl.DataFrame] = []

    def add(self, rule: str, broken: pl.Series, reason: str, *values: pl.Series | str) -> None:
        """Note a rule for the rows where `broken`; each {} of `reason` takes a text or a value of that row."""
        rows = broken.fill_null(value=False).arg_true()
        if rows.is_empty():
            return
        shown = [pl.lit(value) if isinstance(value, str) else _shown(value.gather(rows)) for value in values]
        found = pl.DataFrame({"row": rows}).select(
            pl.col("row").cast(pl.UInt32), pl.lit(rule).alias("rule"), pl.format(reason, *shown).alias("reason")
        )
        self._found.append(found)

    def refused(self) -> pl.Series:
        """Boolean per row: does it break a rule that means quarantine?"""
        mask = pl.repeat(value=False, n=self._height, eager=True)
        return mask.scatter(self.quarantined()["row"], values=True) if self._height else mask

    def quarantined(self) -> pl.DataFrame:
        """One finding (row, rule, reason) for each refused row: the most important one."""
        refusing = [name for name, action in self._actions.items() if action is Action.QUARANTINE]
        found = self._all().filter(pl.col("rule").is_in(refusing))
        order = pl.col("rule").replace_strict(self._order, return_dtype=pl.UInt8)
        return found.sort("row", order, maintain_order=True).unique("row", keep="first", maintain_order=True)

    def remarks(self) -> pl.DataFrame:
        """Every finding (row, rule, reason) of the rows that are loaded all the same."""
        refused = self.quarantined().select("row")
        return self._all().join(refused, on="row", how="anti").sort("row", maintain_order=True)

    def _all(self) -> pl.DataFrame:
        return pl.concat([pl.DataFrame(schema=_FINDING), *self._found])


def _shown(values: pl.Series) -> pl.Series:
    return values.cast(pl.String).fill_null("nothing").str.slice(0, 100)
