"""The page on HTTP tells of every format, parameter and operator."""

from __future__ import annotations

from pathlib import Path

import pytest

from hexwatch_service.ogc.filters.evaluate import ARITHMETIC, COMPARE, MAPPINGS, MOST_LOOKS
from hexwatch_service.ogc.filters.parse import DEEPEST, LONGEST, MOST_NODES
from hexwatch_service.ogc.filters.space import DISJOINT, PREDICATES
from hexwatch_service.ogc.formats import registry
from hexwatch_service.ogc.question import COMFORTABLE, MOST, ItemsChoice


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/reference/http.md").read_text("utf-8")


def test_every_format_is_told(page: str) -> None:
    for written in registry().values():
        assert f"| `{written.id}` | `{written.answers[0]}` |" in page


def test_every_parameter_is_told(page: str) -> None:
    for name, field in ItemsChoice.model_fields.items():
        assert f"`{field.alias or name}`" in page


def test_every_operator_is_told(page: str) -> None:
    for name in (*COMPARE, *ARITHMETIC, *PREDICATES, DISJOINT):
        assert f"`{name}`" in page
    assert all(f"`{name}()`" in page for name in MAPPINGS)


def test_limits_are_told(page: str) -> None:
    for limit in (MOST, COMFORTABLE, LONGEST, DEEPEST, MOST_NODES, MOST_LOOKS):
        assert f"{limit:,}" in page
