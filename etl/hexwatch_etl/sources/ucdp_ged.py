"""UCDP Georeferenced Event Dataset, CSV and GeoJSON, from UCDP or by HDX. Words of the GED codebook 23.1."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import GEOMETRY_X, GEOMETRY_Y, Bounds, Coded, Key, Mapping, MeasureColumn, When, Where
from hexwatch_etl.rules import Action
from hexwatch_schemas.words import DayPrecision, Precision

from ._source import Source

_WHERE = {
    "1": Precision.EXACT,
    "2": Precision.NEAR,
    "3": Precision.ADM2,
    "4": Precision.ADM1,
    "5": Precision.REGION,
    "6": Precision.COUNTRY,
    "7": Precision.WATER_AIR,
}
_WHEN = {
    "1": DayPrecision.DAY,
    "2": DayPrecision.DAYS,
    "3": DayPrecision.WEEK,
    "4": DayPrecision.MONTH,
    "5": DayPrecision.YEAR,
}
_VIOLENCE = {"1": "state_based", "2": "non_state", "3": "one_sided"}


def _deaths(name: str, title: str, column: str) -> MeasureColumn:
    return MeasureColumn(name=name, title=title, unit="deaths", column=column)


MAPPING = Mapping(
    title="UCDP Georeferenced Event Dataset",
    key=Key(columns=("id",)),
    when=When(start="date_start", end="date_end", precision=Coded(column="date_prec", codes=_WHEN)),
    where=Where(
        longitude=("longitude", GEOMETRY_X),
        latitude=("latitude", GEOMETRY_Y),
        precision=Coded(column="where_prec", codes=_WHERE),
        country="country",
        adm1="adm_1",
        adm2="adm_2",
        place="where_coordinates",
    ),
    category=Coded(column="type_of_violence", codes=_VIOLENCE),
    measures=(
        _deaths("deaths", "Deaths, best estimate", "best"),
        _deaths("deaths_low", "Deaths, low estimate", "low"),
        _deaths("deaths_high", "Deaths, high estimate", "high"),
        _deaths("deaths_a", "Deaths of side A", "deaths_a"),
        _deaths("deaths_b", "Deaths of side B", "deaths_b"),
        _deaths("deaths_civilians", "Deaths of civilians", "deaths_civilians"),
        _deaths("deaths_unknown", "Deaths of unknown status", "deaths_unknown"),
    ),
    bounds=Bounds(low="deaths_low", best="deaths", high="deaths_high"),
    # Some published rows have a low estimate above the best one; the best stands on its own.
    rules={"bounds": Action.REMARK},
)

SOURCE = Source(
    id="ucdp-ged",
    title=MAPPING.title,
    origin=Origin(
        attribution="Uppsala Conflict Data Program (UCDP)",
        licence="CC BY 4.0",
        citation=(
            "Sundberg & Melander 2013, Journal of Peace Research 50(4); "
            "Davies, Pettersson & Öberg 2023, Journal of Peace Research 60(4)"
        ),
        url="https://ucdp.uu.se",
    ),
    sniff=lambda top: top.has("type_of_violence", "where_prec", "date_prec", "date_start", "date_end", "best"),
    mapping=lambda _top: MAPPING,
)
