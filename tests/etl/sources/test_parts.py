"""A file read in parts says what it says as a whole."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_etl.mapping import FileShape
from hexwatch_etl.reading import Table, delimited, files, open_file, parts, read_parts, read_table, table
from hexwatch_schemas.errors import UnreadableFile

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress,
}  # fmt: skip
words = st.text(st.sampled_from('ab ,"\n\r;é–ÃЖ'), max_size=6)
records = st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=30)


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """As if a top were 40 bytes, and a part a few rows."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (files, parts, table):
            patch.setattr(module, "TOP", 40)
        patch.setattr(delimited, "CHUNK", 3)
        patch.setattr(parts, "ROWS", 7)
        yield


def both(path: Path) -> tuple[Table, list[Table]]:
    content, shape = open_file(path), FileShape(separator=",")
    return read_table(content, shape), list(read_parts(content, shape))


def assert_same(whole: Table, found: list[Table]) -> None:
    assert pl.concat([part.rows for part in found]).equals(whole.rows)
    assert pl.concat([part.lines for part in found]).equals(whole.lines)
    assert pl.concat([part.broken for part in found]).equals(whole.broken)
    assert [note for part in found for note in part.notes] == list(whole.notes)


@given(
    records, st.sampled_from(list(PACKED)), st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
)
def test_text_in_parts_is_the_text(rows: list[list[str]], how: str, quoted: bool, encoding: str) -> None:
    cells = ('"' + cell.replace('"', '""') + '"' if quoted else cell for row in rows for cell in row)
    text = "one,two,three,four\n" + "\n".join(",".join(next(cells) for _ in row) for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(PACKED[how](text.encode(encoding, "replace")))
        assert_same(*both(path))


def test_a_long_text_does_come_in_parts(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + "".join(f"{n},é\n" for n in range(50)), "utf-8")
    whole, found = both(tmp_path / "a.csv")
    assert_same(whole, found)
    assert [part.rows.height for part in found] == [*[3] * 16, 2]


def test_a_column_of_numbers_reads_alike_in_every_part(tmp_path: Path) -> None:
    ids = [float(n) if n % 5 else None for n in range(20)]
    frame = pl.DataFrame({"id": ids, "x": [n / 2 for n in range(20)], "n": range(20)})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=4)
    whole, found = both(tmp_path / "a.parquet")
    assert_same(whole, found)
    assert len(found) > 2
    assert whole.rows["id"].to_list() == [None if value is None else str(int(value)) for value in ids]
    assert whole.rows["x"].to_list()[:3] == ["0", "0.5", "1"]


def test_a_file_that_is_cut_short_is_told_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)[:-40])
    with pytest.raises(UnreadableFile, match="could not be unpacked"):
        list(read_parts(open_file(tmp_path / "a.csv.gz"), FileShape()))
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"a,b\n" * (1 << 20)))
    with pytest.raises(UnreadableFile, match="grows beyond"):
        list(read_parts(open_file(tmp_path / "bomb.gz"), FileShape()))
