"""Standing posts: open and closed intervals, and the peacekeepers' real bases as effort beside real incidents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import h3.api.basic_int as h3
import polars as pl
import psycopg
import pytest

from fixtures.service import Serve
from hexwatch_etl.areas import AreaRequest, load_areas
from hexwatch_etl.catalogue import Description
from hexwatch_etl.layers import Chosen, LayerRequest, compose
from hexwatch_etl.load import Report, Request, load
from hexwatch_etl.mapping import Mapping, load_mapping, parse_mapping
from hexwatch_schemas.errors import MappingError
from hexwatch_schemas.words import STATES

HEADER = "post,opened,closed,lon,lat,kind,people\n"
FRONT = "presence/geopko_v2.3_FrontMap_1994_2024.csv.gz"


@pytest.fixture
def posts(dsn: str, tmp_path: Path, root: Path) -> Callable[[str, date], Report]:
    mapping = load_mapping(root / "docs/examples/posts.toml")

    def run(rows: str, delivered: date) -> Report:
        (tmp_path / "posts.csv").write_text(HEADER + rows)
        with psycopg.connect(dsn, autocommit=True) as conn:
            return load(conn, Request("posts", (tmp_path / "posts.csv",), mapping=mapping, delivered=delivered))

    return run


def presence(dsn: str) -> dict[str, tuple[date, date, float]]:
    """First and last day, and days of presence, of each category at the base."""
    asked = (
        "select category, min(day), max(day), sum(amount) from hex.fact_by_day"
        " where measure = 'post_days' and resolution = 7 group by category"
    )
    with psycopg.connect(dsn) as conn:
        return {category: tuple(rest) for category, *rest in conn.execute(asked)}  # pyright: ignore[reportReturnType]


def test_a_post_that_still_stands_lasts_until_the_delivery_and_ends_when_it_is_closed(dsn: str, posts) -> None:
    still, closed = "A,2024-01-01,,20,5,checkpoint,10\n", "B,2024-03,2024-05-10,20,5,base,\n"
    posts(still, date(2024, 1, 31))
    assert presence(dsn) == {"checkpoint": (date(2024, 1, 1), date(2024, 1, 31), 31)}
    posts(still + closed, date(2024, 6, 30))
    assert presence(dsn) == {
        "checkpoint": (date(2024, 1, 1), date(2024, 6, 30), 182),
        "base": (date(2024, 3, 1), date(2024, 5, 10), 71),
    }
    posts(still.replace(",,", ",2024-02-01,") + closed, date(2024, 7, 1))
    assert presence(dsn)["checkpoint"] == (date(2024, 1, 1), date(2024, 2, 1), 32)


def test_what_is_ongoing_names_the_column_that_would_end_it() -> None:
    with pytest.raises(MappingError, match="ongoing"):
        parse_mapping('[when]\nstart = "a"\nongoing = true\n', model=Mapping)


def test_bases_of_peacekeepers_are_where_somebody_looked(dsn: str, shared_data: Path, serve: Serve) -> None:
    """Central African Republic: violence of UCDP, bases of Geo-PKO, prefectures of OCHA."""
    outlines = shared_data / "context/boundaries.gpkg"
    coarse = Description(resolution=5)
    with psycopg.connect(dsn, autocommit=True) as conn:
        bases = load(conn, Request("bases", (shared_data / FRONT,), description=coarse))
        load(conn, Request("violence", (shared_data / "incidents/ucdp_ged231_caf.csv.gz",), description=coarse))
        load_areas(conn, AreaRequest("caf", outlines, "adm1", "admin1Pcod", "admin1Name", layer="ocha_codab_caf_adm1"))
        compose(conn, LayerRequest("looked", "violence", "bases", required=Chosen("caf")))
    assert (bases.rows_loaded, bases.placement) == (8783, {"precise": 8783, "spread": 0, "unplaced": 0})
    with serve(dsn) as client:
        said = client.get("/layers/looked/coverage?datetime=2022-01-01/2022-12-31").json()
        bangui = client.get(f"/layers/looked/cells/{h3.latlng_to_cell(4.39, 18.56, 5):x}").json()
    of_2022 = pl.read_csv(shared_data / FRONT, null_values="NA").filter(pl.col("year") == 2022, mission="MINUSCA")
    cells = {h3.latlng_to_cell(y, x, 5) for y, x in of_2022.select("latitude", "longitude").iter_rows()}
    assert {k: said[k] for k in ("required", *STATES)} == {
        "required": 2491, "visited": 23, "not_visited": 2468, "no_access": 0,
    }  # fmt: skip
    assert len(cells) == 24  # of one the centre lies beyond the border
    assert bangui["state"] == "visited"
