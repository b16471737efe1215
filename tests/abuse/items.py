"""The numbered items: what is injected, and why one has no test. A test has the numbers of its items in its name."""

from __future__ import annotations

import re
from pathlib import Path

ITEMS = {
    1: "filters that call functions",
    2: "quotes in literals, names, ids",
    3: "filters 1,600 deep, of 8,000 items",
    4: "bad numbers, boxes, days, bytes",
    5: "errors that could tell of SQL, paths, hosts",
    6: "patterns that blow up",
    7: "paths instead of rasters",
    8: "virtual rasters (VRT), also under another name",
    9: "addresses on loopback instead of rasters",
    10: "redirects",
    11: "MRF and other files that name files",
    12: "pictures of 20,000 x 20,000",
    13: "decompression bombs",
    14: "long expressions",
    15: "tiles that are none",
    16: "45 heavy previews at once",
    17: "virtual dataset under another name",
    18: "XML with a DOCTYPE",
    19: "small file that unpacks to a large one",
    20: "cells that a spreadsheet would compute",
    21: "names that lead elsewhere",
    22: "settings that could open row security",
    23: "a login that becomes another",
    24: "tables, functions, estimates beside the records",
    25: "pooled connections after error, cancel, kill",
    26: "one shared cache (nginx) before all readers",
    27: "errors in caches",
    28: "pages of other origins",
    29: "forged, confused, expired bearer tokens; issuer away",
    30: "secrets in logs, metrics, answers",
    31: "forged hosts",
    32: "restricted layers on every route, in every format",
    33: "all database sessions ended",
    34: "a database session killed (-9)",
    35: "database restart",
    36: "database down for 10 s",
    37: "outage longer than the pool waits",
    38: "clients that leave",
    39: "200 questions at once",
    40: "300 half-open connections",
    41: "50 readers that read nothing",
    42: "truncation",
    43: "a service worker killed (-9)",
    44: "loads killed (-9) at every stage",
    45: "a paused load that wakes after it was replaced",
    46: "the same window queued twice, and a kill",
    47: "database away while a job ends",
    48: "two starts of one load",
    49: "missed ticks",
    50: "reads while releases follow each other",
    51: "corrected, moved and deleted reports",
    52: "other columns, 5 % bad rows",
    53: "full disk, statement timeout",
    54: "a Dask worker killed (-9)",
    55: "two migrators, a kill in a migration, an edited one",
}
NO_TEST: dict[int, str] = {}
"""Items that do not apply, and why."""

TESTS = Path(__file__).parents[1]
_NAME = re.compile(r"\btest_(?:abuse_)?(\d\d(?:_(?:and_)?\d\d)*)_")


def numbers(name: str) -> list[int]:
    """The items of a test, by its name: of `test_08_and_11_files` 8 and 11."""
    found = _NAME.search(name)
    return [int(number) for number in re.findall(r"\d\d", found[1])] if found else []


def by_item() -> dict[int, set[str]]:
    """The files that have tests of each item, from the tests' folder on."""
    found: dict[int, set[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for name in re.findall(r"def (test_\w+)", file.read_text()):
            for number in numbers(name):
                found.setdefault(number, set()).add(file.relative_to(TESTS.parent).as_posix())
    return found
