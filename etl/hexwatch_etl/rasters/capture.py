"""When a raster was taken: as the operator says, as its tags say, or as a date in its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hexwatch_schemas.errors import UsageError

Capture = tuple[datetime, datetime] | tuple[None, None]
UNKNOWN: Capture = (None, None)

_TAGS = ("TIFFTAG_DATETIME", "ACQUISITIONDATETIME", "ACQUISITION_DATE", "DATE_ACQUIRED", "SENSING_TIME")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_:]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?<![\dA-Za-z])((?:19|20)\d\d)(?![\dA-Za-z])")
_FORMS = ("%Y:%m:%d %H:%M:%S", "%Y-%m-%d", "%Y:%m:%d", "%Y%m%d")


def captured(said: str | None, tags: Mapping[str, str], name: str) -> Capture:
    """First and last moment (UTC where no zone is said), or nothing known. Raises UsageError for what is no time."""
    if said is not None:
        return interval(said)
    for tag in _TAGS:
        if (moment := _moment(tags.get(tag, ""))) is not None:
            return moment, moment
    if found := _DATE.search(name):
        return _or_unknown("-".join(found.group(1, 3, 4)))
    years = sorted(set(_YEAR.findall(name)))
    return _or_unknown(years[0]) if len(years) == 1 else UNKNOWN


def interval(text: str) -> Capture:
    """`2024`, `2024-03`, a day, a moment, or first/last of these."""
    start, slash, end = text.partition("/")
    return _span(start)[0], _span(end if slash else start)[1]


def _or_unknown(text: str) -> Capture:
    """A number in a name may only look like a date."""
    try:
        return interval(text)
    except UsageError:
        return UNKNOWN


def _span(text: str) -> tuple[datetime, datetime]:
    if re.fullmatch(r"\d{4}", text):
        return _span(f"{text}-01-01")[0], _span(f"{text}-12-31")[1]
    if re.fullmatch(r"\d{4}-\d\d", text):
        first = _span(f"{text}-01")[0]
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(seconds=1)
    moment = _moment(text)
    if moment is None:
        raise UsageError(
            f"{text[:40]!r} is no time of capture.", hint="Write 2024-01-31, 2024-01-31T09:30:00Z, 2024 or first/last."
        )
    return moment, moment + timedelta(days=1, seconds=-1) if len(text) == 10 else moment


def _moment(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
