"""CQL2: what is true of which hexagons, in both languages, and what is refused before it costs anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cql2
import h3.api.basic_int as h3
import numpy as np
import orjson
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas.errors import UsageError
from hexwatch_service.ogc.crs import CRS84
from hexwatch_service.ogc.filters.evaluate import matching
from hexwatch_service.ogc.filters.parse import parse
from hexwatch_service.ogc.filters.text import like, unaccented

from .conftest import EAST

ITEMS = "/collections/mission/items"
CELL = h3.int_to_str(EAST)
Row = dict[str, Any]


def features(client: TestClient, **said: str) -> list[Row]:
    answer = client.get(ITEMS, params={"limit": 10_000, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()["features"]


@pytest.fixture(scope="module")
def every(client: TestClient) -> list[Row]:
    return features(client)


def _touches(row: Row, shape: shapely.Geometry, how: str = "intersects") -> bool:
    return bool(getattr(shapely, how)(shapely.geometry.shape(row["geometry"]), shape))


BOX = shapely.box(17.8, 4.8, 18.2, 5.2)
WKT = BOX.wkt


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("deaths > 12", lambda p: p["deaths"] > 12),
        ("deaths >= 12 AND incidents <> 1", lambda p: p["deaths"] >= 12 and p["incidents"] != 1),
        ("deaths < 3 OR deaths = 12", lambda p: p["deaths"] < 3 or p["deaths"] == 12),
        ("NOT (deaths < 30)", lambda p: p["deaths"] >= 30),
        ("deaths BETWEEN 5 AND 8", lambda p: 5 <= p["deaths"] <= 8),
        ("deaths NOT BETWEEN 5 AND 8", lambda p: not 5 <= p["deaths"] <= 8),
        ("deaths IN (1, 2, 35)", lambda p: p["deaths"] in (1, 2, 35)),
        ("deaths NOT IN (1, 2, 35)", lambda p: p["deaths"] not in (1, 2, 35)),
        ("incidents IN (deaths, 3)", lambda p: p["incidents"] in (p["deaths"], 3)),
        ("deaths_per_incident IS NULL", lambda p: p["deaths_per_incident"] is None),
        ("deaths_per_incident IS NOT NULL", lambda p: p["deaths_per_incident"] is not None),
        ("deaths_per_incident > 2", lambda p: (p["deaths_per_incident"] or 0) > 2),
        ("NOT deaths_per_incident > 2", lambda p: (3 if (d := p["deaths_per_incident"]) is None else d) <= 2),
        ("NOT deaths_per_incident IN (2)", lambda p: p["deaths_per_incident"] not in (2, None)),
        ("deaths > incidents * 10 + 2", lambda p: p["deaths"] > p["incidents"] * 10 + 2),
        ("deaths / incidents > 7", lambda p: p["deaths"] / p["incidents"] > 7),
        ("deaths % 2 = 1 AND incidents = 1", lambda p: p["deaths"] % 2 == 1 and p["incidents"] == 1),
        ("5 < deaths", lambda p: p["deaths"] > 5),
        ("deaths = incidents_precise", lambda p: p["deaths"] == p["incidents_precise"]),
        (f"h3 = '{CELL}'", lambda p: p["h3"] == CELL),
        ("h3 LIKE '85%ff'", lambda p: p["h3"].startswith("85")),
        ("h3 NOT LIKE '85_8%'", lambda p: p["h3"][3] != "8"),
        (f"CASEI(h3) = CASEI('{CELL.upper()}')", lambda p: p["h3"] == CELL),
        ("CASEI(h3) LIKE CASEI('%7FFFFFF')", lambda p: p["h3"].endswith("7ffffff")),
        (f"ACCENTI(h3) IN (ACCENTI('{CELL}'))", lambda p: p["h3"] == CELL),
        ("TRUE", lambda _: True),
        ("FALSE OR deaths = 3", lambda p: p["deaths"] == 3),
        ("deaths = 1e400", lambda _: False),
    ],
)  # fmt: skip
def test_a_filter_keeps_what_it_is_true_of(
    client: TestClient, every: list[Row], text: str, holds: Callable[[Row], bool]
) -> None:
    expected = [row["id"] for row in every if holds(row["properties"])]
    assert [row["id"] for row in features(client, filter=text)] == expected
    tree = orjson.dumps(cql2.Expr(text).to_json()).decode()
    if "1e400" not in text:  # JSON has no infinity
        assert [row["id"] for row in features(client, filter=tree, **{"filter-lang": "cql2-json"})] == expected


@pytest.mark.parametrize("how", ["intersects", "within", "disjoint", "touches", "overlaps", "contains", "crosses"])
def test_hexagons_and_shapes(client: TestClient, every: list[Row], how: str) -> None:
    expected = [row["id"] for row in every if _touches(row, BOX, how)]
    assert [row["id"] for row in features(client, filter=f"S_{how.upper()}(geometry, {WKT})")] == expected


def test_arguments_may_change_places(client: TestClient, every: list[Row]) -> None:
    expected = [row["id"] for row in every if _touches(row, BOX, "within")]
    assert expected
    assert [row["id"] for row in features(client, filter=f"S_CONTAINS({WKT}, geometry)")] == expected


def test_a_box_a_filter_and_a_reference_system(client: TestClient) -> None:
    by_box = features(client, bbox="17.8,4.8,18.2,5.2")
    assert features(client, filter="S_INTERSECTS(geometry, BBOX(17.8, 4.8, 18.2, 5.2))") == by_box
    system = {"filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}
    assert features(client, filter="S_INTERSECTS(geometry, BBOX(4.8, 17.8, 5.2, 18.2))", **system) == by_box


def test_gdal_names_its_own_language(client: TestClient) -> None:
    assert features(client, filter="(deaths = 5)", **{"filter-lang": "cql-text"})


NESTED = 1_600
REFUSED = [
    "(((", "deaths >", "deaths ==== 1", "", "deaths", "deaths + 1", "'text'",
    "pg_sleep(10) = 1", "current_setting('is_superuser') = 'on'", "pg_read_file('/etc/passwd') = 'x'",
    "S_BUFFER(geometry, 1) = 1", "T_AFTER(updated, DATE('2020-01-01'))", "A_CONTAINS(h3, ('a', 'b'))",
    "deaths = 'five'", "h3 > 5", "deaths LIKE '5%'", "h3 LIKE deaths", "h3 + 1 = 2", "rainfall > 1", "deaths = NULL",
    "deaths = DATE('2020-01-01')", "geometry = 1", "S_INTERSECTS(h3, POINT(1 1))", "S_INTERSECTS(geometry, geometry)",
    "S_INTERSECTS(geometry, BBOX(1, 2, 3))",
    "'; drop table hex.fact; --", "deaths = 1; select 1", "\0",
    "(" * NESTED + "deaths = 1" + ")" * NESTED,
    "NOT " * NESTED + "deaths = 1", "deaths = " + "-" * 9_000 + "1", "deaths = " + "- " * 7_000 + "1",
    "CASEI(" * NESTED + "h3" + ")" * NESTED + " = 'a'",
    "deaths IN (" + ",".join(map(str, range(8_000))) + ")",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30])
def test_anything_else_is_refused(client: TestClient, text: str) -> None:
    answer = client.get(ITEMS, params={"filter": text})
    assert (answer.status_code, set(answer.json())) == (400, {"code", "description"})
    assert "filter" in answer.json()["description"]
    assert not any(word in answer.text for word in ("select ", "Traceback", "pest", "/site-packages/"))


@pytest.mark.parametrize(
    "text",
    [
        "[1]", "5", "{", '{"op": "foo"}', '{"op": "and", "args": []}', '{"op": "=", "args": [{"property": 1}, {}]}',
        '{"op": "between", "args": [1]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]}',
        '{"op": "not", "args": [' * 500 + "true" + "]}" * 500, "[" * 8_000,
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_so_it_is_in_json(client: TestClient, text: str) -> None:
    answer = client.get(ITEMS, params={"filter": text, "filter-lang": "cql2-json"})
    assert (answer.status_code, set(answer.json())) == (400, {"code", "description"})


class Many:
    """More rows than anybody should look at one by one."""

    size = 300_000
    geometry = "geometry"

    def column(self, name: str) -> np.ndarray:
        assert name == "h3"
        return np.full(self.size, "8", np.str_)

    def meeting(self, shape: shapely.Geometry, predicate: Callable[..., Any]) -> np.ndarray:  # noqa: ARG002
        return np.ones(self.size, np.bool_)


@pytest.mark.parametrize("text", ["h3 LIKE '%a%'", "CASEI(h3) = 'a'", "S_INTERSECTS(geometry, POINT(1 1))"])
def test_what_takes_long_is_refused_beforehand(text: str) -> None:
    def ask(times: int) -> None:
        matching(parse(" OR ".join([text] * times), "cql2-text"), Many(), CRS84)

    ask(1)
    with pytest.raises(UsageError, match="too long"):
        ask(7)


def test_what_is_not_supported_is_named(client: TestClient) -> None:
    said = client.get(ITEMS, params={"filter": "t_after(updated, DATE('2020-01-01'))"}).json()["description"]
    assert "t_after" in said
    assert "datetime=" in said
    assert "rainfall" in client.get(ITEMS, params={"filter": "rainfall > 1"}).json()["description"]


@given(st.text(max_size=200))
def test_no_text_brings_the_parser_down(text: str) -> None:
    try:
        parse(text, "cql2-text")
    except UsageError:
        return


_WORDS = st.text(alphabet="ab%_\\.é\n", max_size=12)


@given(_WORDS, st.text(alphabet="abé.\n%_\\", max_size=12))
def test_patterns_match_as_sql_says(pattern: str, text: str) -> None:
    assert like(np.array([text + "."]), pattern + ".")[0] == _naive(pattern + ".", text + ".")


def _naive(pattern: str, text: str) -> bool:
    """LIKE by its definition."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_naive(pattern[1:], text[at:]) for at in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and _naive(pattern[2:], text[1:])
    return bool(text) and pattern[0] in ("_", text[0]) and _naive(pattern[1:], text[1:])


def test_accents_are_left_out() -> None:
    assert unaccented("Débárquér") == "Debarquer"
