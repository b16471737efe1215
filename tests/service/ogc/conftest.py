"""A mission on a few dozen hexagons, served: precise, spread, over the antimeridian, and one without deaths."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import h3.api.basic_int as h3
import psycopg
import pytest
from fastapi.testclient import TestClient

from fixtures.facts import Fact, found
from fixtures.service import Serve

BASE_RESOLUTION = 5
DAY = date(2024, 1, 15)
EAST = h3.latlng_to_cell(5.0, 18.0, BASE_RESOLUTION)
SEAM = h3.latlng_to_cell(-17.0, 180.0, BASE_RESOLUTION)  # the antimeridian cuts it


def facts() -> list[Fact]:
    """Deaths from 0 to 36 around a place, one report that is spread, one at the antimeridian, one nowhere."""
    around = sorted(h3.grid_disk(EAST, 3))
    precise = [Fact((cell,), DAY, DAY, measure=m, amount=n) for at, cell in enumerate(around) for m, n in _amounts(at)]
    spread = Fact(tuple(h3.grid_ring(EAST, 5)), date(2024, 2, 1), date(2024, 2, 4), category=2, amount=4)
    return [*precise, spread, Fact((SEAM,), DAY, DAY), Fact((), DAY, DAY, amount=9)]


def _amounts(at: int) -> list[tuple[int, int]]:
    return [(1, 1 + at % 3), (2, 10 * at)] if at else [(1, 1)]


@pytest.fixture(scope="module")
def client(module_dsn: str, serve: Serve) -> Iterator[TestClient]:
    """The service over that mission."""
    found(module_dsn).publish(BASE_RESOLUTION, facts())
    with psycopg.connect(module_dsn) as conn:
        conn.execute("update catalog.layer set title = 'A <mission> & more'")
        conn.execute("update catalog.dataset set attribution = 'Nobody & co', licence = 'CC0', synthetic = true")
    with serve(module_dsn) as running:
        yield running
