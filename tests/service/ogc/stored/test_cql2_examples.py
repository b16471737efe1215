"""The standard's own examples over its own data, asked of the service: text and JSON choose the same; what is not
declared is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from psycopg import sql

from fixtures.service import Serve
from hexwatch_etl.areas import AreaRequest, load_areas
from hexwatch_schemas.store import CLEARED
from hexwatch_schemas.words import Audience
from hexwatch_service.catalogue import Catalogue
from hexwatch_service.ogc.property import Property
from hexwatch_service.ogc.stored.collection import Column, Stored
from hexwatch_service.releases import Releases

NUMBER, TEXT, TRUTH = Property("", "number"), Property("", "string"), Property("", "boolean")
MOMENT, DAY = Property("", "string", format="date-time"), Property("", "string", format="date")
COUNTRIES, PLACES, RIVERS = (
    "ne_110m_admin_0_countries",
    "ne_110m_populated_places_simple",
    "ne_110m_rivers_lake_centerlines",
)

# What the examples name, from what the places have.
SAME: dict[str, tuple[Property, tuple[str, ...]]] = {
    "pop_other": (NUMBER, ("balance", "taxes", "value", "vehicle_height")),
    "pop_max": (NUMBER, ("bar", "bridge_clearance", "depth", "eo:cloud_cover", "landsat:wrs_row")),
    "scale": (NUMBER, ("category", "floors", "foo", "landsat:wrs_path", "x")),
    "name": (TEXT, ("city", "cityName", "eo:instrument", "id", "name", "owner", "polarization", "swathDirection")),
    "adm1name": (TEXT, ("beamMode", "etat_vol", "geophys:SURVEY_NAME", "landsat:scene_id", "material", "road_class")),
    "boolean": (TRUTH, ("swimming_pool",)),
    "date": (DAY, ("built", "updated")),
    "start": (MOMENT, ("event_time", "starts_at", "touchdown", "updated_at")),
    "end": (MOMENT, ("ends_at", "liftOff")),
}
# Examples that compare with text what others compare with numbers.
AS_TEXT = {"example03": "landsat:wrs_path", "example40": "value", "example40-alt01": "value"}
ELSEWHERE = re.compile(r"\b(road|footprint|location)\b(?=[\",])")  # geometries by another name

# What is not declared: a function, an array; and what is no condition.
REFUSED = {
    "clause6_01": "avg", "clause6_02b": "avg", "clause7_15": "a_contains", "clause7_18": "Buffer", "example68": "Foo",
    "example69": "Bar", "example79": "a_containedby", "example80": "a_contains", "example81": "a_equals",
    "example82": "a_overlaps",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data.parent / "ogc/cql2"


@pytest.fixture(scope="module")
def client(module_dsn: str, folder: Path, serve: Serve) -> Iterator[TestClient]:
    """The data as collections of a running service; `scale` is a small number of each row."""
    with psycopg.connect(module_dsn, autocommit=True) as conn:
        for layer in (COUNTRIES, PLACES, RIVERS):
            _copy(conn, folder / "ne110m4cql2.gpkg", layer)
        zones = AreaRequest(
            "countries", folder / "ne110m4cql2.gpkg", "country", layer=COUNTRIES, key="NAME", name="NAME"
        )
        load_areas(conn, zones)

    found = Releases._stored

    async def served(self: Releases, held: Catalogue) -> dict[str, Stored]:
        return COLLECTIONS | await found(self, held)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Releases, "_stored", served)
        with serve(module_dsn) as running:
            yield running


def _copy(conn: psycopg.Connection, file: Path, layer: str) -> None:
    frame = pyogrio.read_dataframe(file, layer=layer, datetime_as_string=True)
    shapes = [shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True) for shape in frame.geometry]
    if "boolean" in frame:
        frame["boolean"] = frame["boolean"].map({1.0: "true", 0.0: "false"})
    plain = frame.drop(columns="geometry").assign(scale=[float(row % 20) for row in range(len(frame))])
    rows = plain.astype(object).where(plain.notna(), None).to_numpy().tolist()
    kinds = {"pop_max": "float8", "pop_other": "float8", "POP_EST": "float8", "scale": "float8", "boolean": "boolean"}
    kinds |= {"date": "date", "start": "timestamptz", "end": "timestamptz", "geometry": "geometry"}
    names = [*plain.columns, "geometry"]
    columns = sql.SQL(", ").join(sql.SQL("{} ").format(sql.Identifier(n)) + _type(kinds.get(n, "text")) for n in names)
    make = sql.SQL("create table {0} (key serial primary key, {1}); grant select on {0} to {2}")
    conn.execute(make.format(sql.Identifier(layer), columns, sql.Identifier(CLEARED[Audience.PUBLIC])))
    copy = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(layer), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with conn.cursor().copy(copy) as into:
        for row, shape in zip(rows, shapes, strict=True):
            into.write_row([*row, shape])


def _type(name: str) -> sql.SQL:
    return sql.SQL(name)  # pyright: ignore[reportArgumentType]  (one of the names above)


def collection(name: str, layer: str, columns: dict[str, Column]) -> Stored:
    """A collection over one of the tables."""
    return Stored(
        id=name, title=layer, kind="areas", columns={"key": Column(TEXT, sql.Identifier("key")), **columns},
        relation=sql.Identifier(layer), condition=sql.SQL("true"), keys=("key",), order=sql.SQL("key"),
        foremost=sql.SQL("key"), geometry_type="MultiPolygon", geometry=sql.Identifier("geometry"),
        dataset="countries",  # as public as that one
    )  # fmt: skip


def _collections() -> Iterator[Stored]:
    kinds = {"POP_EST": NUMBER, "boolean": TRUTH, "date": DAY, "start": MOMENT, "end": MOMENT}
    for layer, names in {
        COUNTRIES: ("NAME", "POP_EST", "CONTINENT"),
        PLACES: (*SAME, "name"),
        RIVERS: ("name",),
    }.items():
        yield collection(layer, layer, {name: Column(kinds.get(name, TEXT), sql.Identifier(name)) for name in names})
    named = {name: Column(kind, sql.Identifier(own)) for own, (kind, names) in SAME.items() for name in names}
    yield collection("places", PLACES, named)
    for example, name in AS_TEXT.items():
        yield collection(example, PLACES, named | {name: Column(TEXT, sql.Identifier("name"))})


COLLECTIONS = {stored.id: stored for stored in _collections()}


def examples(folder: Path) -> list[str]:
    return sorted(file.stem for file in (folder / "text").glob("*.txt"))


def test_text_and_json_of_every_example_choose_the_same(client: TestClient, folder: Path) -> None:
    found: dict[str, Any] = {}
    for name in examples(folder / "examples"):
        stored = name if name in AS_TEXT else "places"
        in_json = folder / "examples/json" / f"{name.removesuffix('-alt01')}.json"
        text = ELSEWHERE.sub("geometry", (folder / "examples/text" / f"{name}.txt").read_text())
        found[name] = chosen(client, stored, text, "cql2-text")
        assert chosen(client, stored, ELSEWHERE.sub("geometry", in_json.read_text()), "cql2-json") == found[name], name
    refused = {name: said for name, said in found.items() if isinstance(said, str)}
    assert set(refused) == set(REFUSED), refused
    assert all(word.lower() in refused[name].lower() for name, word in REFUSED.items()), refused
    assert sum(bool(rows) for name, rows in found.items() if name not in refused) > 20


def chosen(client: TestClient, stored: str, text: str, language: str) -> Any:
    """The features that a filter chooses, all of them; or what is said where it is refused."""
    said = {"filter": text, "filter-lang": language, "limit": "1000", "properties": "key"}
    answer = client.get(f"/collections/{stored}/items", params=said)
    if answer.status_code == 400:
        assert answer.json().keys() == {"code", "description"}
        return answer.json()["description"]
    assert answer.status_code == 200, answer.text
    features = answer.json()["features"]
    assert answer.json()["numberMatched"] == len(features)
    return [feature["id"] for feature in features]


@pytest.mark.parametrize(
    ("layer", "text", "count"),
    [
        (COUNTRIES, "NAME LIKE 'B%'", 15),
        ("countries_areas", "name LIKE 'B%'", 15),
        ("countries_areas", "CASEI(name) LIKE CASEI('b%') AND S_INTERSECTS(geometry, BBOX(-180, -90, 180, 0))", 4),
        (COUNTRIES, "POP_EST >= 100000000 AND CONTINENT = 'Asia'", 7),
        (PLACES, '"boolean" = true', 2),
        (PLACES, "\"date\" >= DATE('2022-04-16')", 2),
        (PLACES, "T_DURING(INTERVAL(\"start\", \"end\"), INTERVAL('2021-01-01', '..'))", 3),
        (PLACES, "S_INTERSECTS(geometry, BBOX(0, 40, 10, 50))", 7),
        (PLACES, "CASEI(name) = CASEI('KØBENHAVN')", 1),
        (PLACES, "ACCENTI(name) = ACCENTI('Kobenhavn')", 0),
        (RIVERS, "S_CROSSES(geometry, LINESTRING(0 60, 50 60))", 0),
        (RIVERS, "S_INTERSECTS(geometry, BBOX(-180, -90, 0, 0))", 2),
    ],
)
def test_numbers_of_the_standards_tests(client: TestClient, layer: str, text: str, count: int) -> None:
    assert len(chosen(client, layer, text, "cql2-text")) == count
