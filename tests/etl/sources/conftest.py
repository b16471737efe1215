"""Small hand-made files and the shortest way to a delivery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hexwatch_etl.events import Delivery
from hexwatch_etl.mapping import Mapping, parse_mapping
from hexwatch_etl.sources import read_delivery

FIXTURES = Path(__file__).parent / "fixtures"
# Enough for a table of date, point and a number; tests say only what they are about.
PLAIN = """
[when]
start = "date"

[where]
longitude = "x"
latitude = "y"
"""
DELIVERED = date(2024, 6, 30)


@pytest.fixture
def fixtures() -> Path:
    """Folder of files written by hand."""
    return FIXTURES


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Delivery]:
    """Writes text (or bytes) to a file and reads it by a mapping in TOML."""

    def read(data: str | bytes, mapping: str | Mapping = PLAIN, delivered: date = DELIVERED) -> Delivery:
        path = tmp_path / "delivery"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        declared = parse_mapping(mapping) if isinstance(mapping, str) else mapping
        return read_delivery(path, mapping=declared, delivered=delivered)

    return read
