"""Geo-PKO: where peacekeepers were based. A base stands for the month or year that its row is about."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import FileShape, Filled, Kept, Mapping, MeasureColumn, When, Where
from hexwatch_etl.reading import Peek
from hexwatch_schemas.words import DatasetKind, Precision

from ._source import Source

# What a base is mainly for: the first of these that its row mentions.
_ROLES = {
    "hq": "headquarters",
    "HQ": "headquarters",
    "Reserve": "reserve",
    "RES": "reserve",
    "Infantry": "infantry",
    "FP": "force_protection",
    "eng": "engineers",
    "Av": "aviation",
    "av": "aviation",
    "riv": "riverine",
    "Med": "medical",
    "med": "medical",
    "sig": "signals",
    "trans": "transport",
    "maint": "maintenance",
    "NoTroops": "troops",
    "No.troops": "troops",
    "UNMO": "observers",
    "UNMO..dummy.": "observers",
    "UNPOL": "police",
    "UNPOL..dummy.": "police",
}
_STRENGTH = ("NoTroops", "No.troops")
_TITLE = "Geo-PKO, peacekeeping bases"


def _measures(top: Peek) -> tuple[MeasureColumn, ...]:
    posts = MeasureColumn(name="post_days", title="Days of presence", unit="post days", per_day=True)
    strength = next((name for name in _STRENGTH if top.has(name)), None)
    if strength is None:
        return (posts,)
    return (
        posts,
        MeasureColumn(name="troop_days", title="Troop days", unit="troop days", column=strength, per_day=True),
        MeasureColumn(
            name="post_days_unknown_strength",
            title="Days of presence, strength unknown",
            unit="post days",
            where_missing=strength,
            per_day=True,
        ),
    )


def mapping(top: Peek) -> Mapping:
    """The mapping for the tables by year (FrontMap, TTMap, TCCMap) and for the older one by month."""
    roles = {column: role for column, role in _ROLES.items() if top.has(column)}
    return Mapping(
        title=_TITLE,
        kind=DatasetKind.TRACKS,
        file=FileShape(nothing=("NA", "unknown", "?")),
        when=When(year="year", month="month" if top.has("month") else None),
        where=Where(
            longitude="longitude",
            latitude="latitude",
            precision=Precision.EXACT,  # the town is known, as in UCDP's where_prec 1
            country="country" if top.has("country") else None,
            place="location",
        ),
        category=Filled(filled=roles, default="post") if roles else "post",
        measures=_measures(top),
        keep=(Kept(column=("mission", "Mission"), name="mission"),),
    )


def _sniff(top: Peek) -> bool:
    if top.has("Mission", "year", "month", "location", "No.troops", "HQ"):
        return True
    telling = ("NoTroops", "No.TCC", "eng")
    return top.has("mission", "year", "location", "latitude") and any(top.has(name) for name in telling)


SOURCE = Source(
    id="geo-pko",
    title=_TITLE,
    origin=Origin(
        attribution="Geo-PKO dataset, Uppsala University",
        licence="Free use with citation; no licence text found",
        citation="Cil, Fjelde, Hultman & Nilsson 2020, Journal of Peace Research 57(2): 360-370",
        url="https://www.pcr.uu.se/data/geo-pko/",
    ),
    sniff=_sniff,
    mapping=mapping,
    kind=DatasetKind.TRACKS,
)
