"""Armed Conflict Location & Event Data, any export since 2017: old number codes and new words alike."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Coded, Kept, Key, Mapping, MeasureColumn, When, Where
from hexwatch_schemas.words import DayPrecision, Precision

from ._source import Source

_TYPES = {
    "Battles": "battles",
    "Battle-No change of territory": "battles",
    "Battle-Government regains territory": "battles",
    "Battle-Non-state actor overtakes territory": "battles",
    "Explosions/Remote violence": "explosions_remote_violence",
    "Remote violence": "explosions_remote_violence",
    "Violence against civilians": "violence_against_civilians",
    "Protests": "protests",
    "Riots": "riots",
    "Riots/Protests": "riots_or_protests",  # one type until 2019, which cannot be parted afterwards
    "Strategic developments": "strategic_developments",
    "Strategic development": "strategic_developments",
    "Non-violent transfer of territory": "strategic_developments",
    "Headquarters or base established": "strategic_developments",
}
_ACTORS = {
    "1": "State forces",
    "2": "Rebel group",
    "3": "Political militia",
    "4": "Identity militia",
    "5": "Rioters",
    "6": "Protesters",
    "7": "Civilians",
    "8": "External/Other forces",
}
_ALONE = {f"{code}0": f"{actor} only" for code, actor in _ACTORS.items()}
_PAIRS = {f"{a}{b}": f"{first}-{second}" for a, first in _ACTORS.items() for b, second in _ACTORS.items()}

MAPPING = Mapping(
    title="Armed Conflict Location & Event Data",
    key=Key(columns=("event_id_cnty",), revision="timestamp"),
    when=When(
        start="event_date",
        formats=("iso", "%d %B %Y", "%d-%b-%y", "%d-%b-%Y", "%d/%m/%Y", "%d-%m-%Y"),
        # The codebook lets the date be any day of the week or month: week is the seven days around it, month
        # the calendar month.
        precision=Coded(
            column="time_precision", codes={"1": DayPrecision.DAY, "2": DayPrecision.WEEK, "3": DayPrecision.MONTH}
        ),
    ),
    where=Where(
        longitude="longitude",
        latitude="latitude",
        precision=Coded(column="geo_precision", codes={"1": Precision.EXACT, "2": Precision.NEAR, "3": Precision.ADM1}),
        country="country",
        adm1="admin1",
        adm2="admin2",
        place="location",
    ),
    category=Coded(column="event_type", codes=_TYPES, default="other"),
    measures=(MeasureColumn(name="deaths", title="Reported fatalities", unit="deaths", column="fatalities"),),
    keep=(
        "sub_event_type",
        Kept(column="inter1", codes=_ACTORS),
        Kept(column="inter2", codes=_ACTORS),
        Kept(column="interaction", codes=_ALONE | _PAIRS),
    ),
)

SOURCE = Source(
    id="acled",
    title=MAPPING.title,
    origin=Origin(
        attribution="Armed Conflict Location & Event Data (ACLED), acleddata.com",
        licence="ACLED terms of use: no redistribution of the rows",
        citation="Raleigh, Kishi & Linke 2023, Humanities and Social Sciences Communications 10:74",
        url="https://acleddata.com",
    ),
    sniff=lambda top: top.has("event_id_cnty", "event_date", "time_precision", "event_type", "geo_precision"),
    mapping=lambda _top: MAPPING,
)
