"""One file adds one source: whoever adds one also adds a fixture and a line of documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hexwatch_etl.sources
from hexwatch_etl.mapping import Mapping, load_mapping, mapping_schema
from hexwatch_etl.rules import RULES
from hexwatch_etl.sources import SOURCES, detect, get, read_delivery
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_etl.tracks.rules import PING_RULES
from hexwatch_schemas.errors import MappingError, UsageError


def test_every_file_is_a_source() -> None:
    folder = Path(hexwatch_etl.sources.__file__).parent
    assert len(SOURCES) == sum(not path.name.startswith("_") for path in folder.glob("*.py"))


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_documented(root: Path, name: str) -> None:
    assert f"\n## `{name}`" in (root / "docs/reference/sources.md").read_text("utf-8")


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_reads_its_fixture(fixtures: Path, name: str) -> None:
    source = get(name)
    (path,) = (file for file in fixtures.glob(f"{name}.*") if file.suffix != ".toml")
    kind = PingMapping if source.pings else Mapping
    mapping = load_mapping(fixtures / f"{name}.toml", kind) if source.mapping is None else None
    delivery = read_delivery(path, source, mapping)
    assert delivery.events.height == delivery.rows_in > 1
    assert delivery.kind is source.kind
    assert mapping or detect(path) is source


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_names_its_makers(name: str) -> None:
    origin = get(name).origin
    assert origin.attribution
    assert origin.licence


@pytest.mark.parametrize("rule", PING_RULES)
def test_every_rule_is_documented(root: Path, rule: str) -> None:
    action = RULES.get(rule, PING_RULES[rule]).action
    assert f"| `{rule}` | {action}" in (root / "docs/reference/sources.md").read_text("utf-8")


def test_the_published_schema_is_that_of_the_model(root: Path) -> None:
    published = (root / "docs/reference/mapping.schema.json").read_text("utf-8")
    assert json.loads(published) == mapping_schema()


@pytest.mark.parametrize("example", ["chicago", "iraq", "lancashire", "ucdp_min6"])
def test_examples_are_valid_and_name_their_makers(root: Path, example: str) -> None:
    mapping = load_mapping(root / "docs/examples" / f"{example}.toml")
    assert mapping.origin is not None


def test_an_unknown_source_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="Sources are acled"):
        get("acleed")


def test_an_unknown_file_is_refused_with_a_way_out(fixtures: Path) -> None:
    with pytest.raises(MappingError, match=r"hexwatch inspect table\.csv --save"):
        detect(fixtures / "table.csv")


def test_the_table_source_asks_for_a_mapping(fixtures: Path) -> None:
    with pytest.raises(MappingError, match="needs a mapping"):
        read_delivery(fixtures / "table.csv", get("table"))
