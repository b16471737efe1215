"""Aid Worker Security Database: attacks on aid workers since 1997, dates in three columns."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Coded, Filled, Key, Mapping, MeasureColumn, When, Where
from hexwatch_schemas.words import Precision

from ._source import Source


def _people(name: str, title: str, column: str) -> MeasureColumn:
    return MeasureColumn(name=name, title=title, unit="people", column=column)


# `Details` can tell who a victim worked for: nothing of it is read or kept.
MAPPING = Mapping(
    title="Aid Worker Security Database",
    key=Key(columns=("Incident ID",)),
    when=When(year="Year", month="Month", day="Day"),
    where=Where(
        longitude="Longitude",
        latitude="Latitude",
        # There is no precision code and every row has coordinates, often the centre of its country; the finest
        # place that is named tells what the point stands for.
        precision=Filled(
            filled={"City": Precision.NEAR, "District": Precision.ADM2, "Region": Precision.ADM1},
            default=Precision.COUNTRY,
        ),
        country="Country",
        adm1="Region",
        adm2="District",
        place="City",
    ),
    category=Coded(column="Means of attack"),
    measures=(
        _people("deaths", "Aid workers killed", "Total killed"),
        _people("wounded", "Aid workers wounded", "Total wounded"),
        _people("kidnapped", "Aid workers kidnapped", "Total kidnapped"),
        _people("affected", "Aid workers affected", "Total affected"),
    ),
)

SOURCE = Source(
    id="awsd",
    title=MAPPING.title,
    origin=Origin(
        attribution="Aid Worker Security Database, Humanitarian Outcomes, aidworkersecurity.org",
        licence="Open download with attribution; no licence text found",
        citation="Humanitarian Outcomes, Aid Worker Security Database",
        url="https://www.aidworkersecurity.org",
    ),
    sniff=lambda top: top.has("Incident ID", "Year", "Month", "Day", "Means of attack", "Total killed"),
    mapping=lambda _top: MAPPING,
)
