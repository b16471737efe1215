"""GDELT 2.0 event exports: 61 tab-separated columns without a header. Words of the CAMEO codebook's root codes."""

from __future__ import annotations

import re

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Coded, FileShape, Key, Mapping, MeasureColumn, When, Where
from hexwatch_etl.reading import Peek
from hexwatch_schemas.words import Precision

from ._source import Source

_ACTOR = [
    "Code",
    "Name",
    "CountryCode",
    "KnownGroupCode",
    "EthnicCode",
    "Religion1Code",
    "Religion2Code",
    "Type1Code",
    "Type2Code",
    "Type3Code",
]
_PLACE = ["Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID"]
NAMES = (
    *["GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"],
    *(f"{actor}{name}" for actor in ("Actor1", "Actor2") for name in _ACTOR),
    *["IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass"],
    *["GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone"],
    *(f"{role}Geo_{name}" for role in ("Actor1", "Actor2", "Action") for name in _PLACE),
    *["DATEADDED", "SOURCEURL"],
)
_ROOTS = (
    "public_statement",
    "appeal",
    "intent_to_cooperate",
    "consult",
    "diplomatic_cooperation",
    "material_cooperation",
    "provide_aid",
    "yield",
    "investigate",
    "demand",
    "disapprove",
    "reject",
    "threaten",
    "protest",
    "force_posture",
    "reduce_relations",
    "coerce",
    "assault",
    "fight",
    "mass_violence",
)
_TYPES = {
    "1": Precision.COUNTRY,
    "2": Precision.ADM1,  # state of the USA
    "3": Precision.NEAR,  # city of the USA
    "4": Precision.NEAR,  # city elsewhere
    "5": Precision.ADM1,  # state or province elsewhere
}

MAPPING = Mapping(
    title="GDELT events",
    file=FileShape(separator="\t", quote="", names=NAMES),
    key=Key(columns=("GLOBALEVENTID",), revision="DATEADDED"),
    when=When(start="SQLDATE", formats=("%Y%m%d",)),
    where=Where(
        longitude="ActionGeo_Long",
        latitude="ActionGeo_Lat",
        precision=Coded(column="ActionGeo_Type", codes=_TYPES, default=Precision.COUNTRY),
        country="ActionGeo_CountryCode",
        adm1="ActionGeo_ADM1Code",
        adm2="ActionGeo_ADM2Code",
        place="ActionGeo_FullName",
    ),
    category=Coded(
        column="EventRootCode",
        codes={f"{number:02}": word for number, word in enumerate(_ROOTS, 1)},
        default="other",
    ),
    measures=(
        MeasureColumn(name="mentions", title="Mentions", unit="mentions", column="NumMentions"),
        MeasureColumn(name="articles", title="Articles", unit="articles", column="NumArticles"),
    ),
)


def _sniff(top: Peek) -> bool:
    """No header to go by: the number of columns, and the forms of id, day, month and link."""
    if len(top.header) != len(NAMES):
        return False
    begins = " ".join(top.header[:3])
    return bool(re.fullmatch(r"\d{6,12} (\d{6})\d{2} \1", begins)) and bool(re.match(r"https?://", top.header[-1]))


SOURCE = Source(
    id="gdelt",
    title=MAPPING.title,
    origin=Origin(
        attribution="The GDELT Project, gdeltproject.org",
        licence="Free use with citation",
        citation="Leetaru & Schrodt 2013, GDELT: Global Data on Events, Location and Tone (ISA)",
        url="https://www.gdeltproject.org",
    ),
    sniff=_sniff,
    mapping=lambda _top: MAPPING,
)
