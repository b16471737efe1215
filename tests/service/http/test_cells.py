"""Index-only tiles say what tiles and cells say."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import pyarrow as pa
import pytest

from fixtures.reports import BANGUI
from hexwatch_schemas import hexgrid

from .conftest import Ways

HERE = h3.latlng_to_cell(BANGUI[1], BANGUI[0], 5)
PARENT = hexgrid.to_text(h3.cell_to_parent(HERE, 2))


def table(ways: Ways, path: str) -> pa.Table:
    answer = ways.short(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.apache.arrow.stream")
    return pa.ipc.open_stream(answer.content).read_all()


def test_each_cell_has_the_numbers_that_it_has_elsewhere(ways: Ways) -> None:
    found = table(ways, f"/cells/mission/{PARENT}.arrow?resolution=5")
    assert found.schema.field("h3").type == pa.uint64()
    assert found.schema.metadata[b"release"] == b"2"
    assert found.schema.metadata[b"layer"] == b"mission"
    rows = {row.pop("h3"): row for row in found.to_pylist()}
    assert HERE in rows
    assert list(rows) == sorted(rows)
    for cell, row in rows.items():
        said = ways.short(f"/layers/mission/cells/{hexgrid.to_text(cell)}").json()["indicators"]
        assert row == pytest.approx({name: one["value"] for name, one in said.items()})


def test_parents_share_all_cells_out_among_them(ways: Ways) -> None:
    parents = [hexgrid.to_text(cell) for cell in h3.get_res0_cells()]
    found = [table(ways, f"/cells/mission/{parent}.arrow?resolution=3&cols=incidents") for parent in parents]
    cells = np.concatenate([one["h3"].to_numpy() for one in found])
    assert len(set(cells.tolist())) == len(cells)
    assert sum(one["incidents"].to_numpy().sum() for one in found) == pytest.approx(32)


def test_a_release_is_kept_for_good_and_another_is_not_there(ways: Ways) -> None:
    named = ways.short(f"/cells/mission/r2/{PARENT}.arrow")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert named.content == ways.short(f"/cells/mission/{PARENT}.arrow").content
    assert ways.short(f"/cells/mission/r1/{PARENT}.arrow").status_code == 404
    again = ways.short(f"/cells/mission/{PARENT}.arrow", **{"if-none-match": named.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/cells/mission/zebra.arrow", 400),
        (f"/cells/mission/{PARENT}.arrow?resolution=1", 400),
        (f"/cells/mission/{PARENT}.arrow?resolution=8", 400),
        (f"/cells/mission/{PARENT}.arrow?resolution=16", 400),
        (f"/cells/mission/{hexgrid.to_text(h3.cell_to_center_child(HERE, 6))}.arrow", 404),
        (f"/cells/nowhere/{PARENT}.arrow", 404),
    ],
)
def test_mistakes_are_refused(ways: Ways, path: str, status: int) -> None:
    assert ways.short(path).status_code == status
