"""Proposals: what a file says about itself is read, what it does not say is asked, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hexwatch_etl.inspect import Proposal, propose
from hexwatch_etl.mapping import Mapping, load_mapping, parse_mapping
from hexwatch_etl.sources import SOURCES
from hexwatch_schemas.errors import MappingError

FRENCH = "N°;Date de l'incident;Longitude;Latitude;Type d'incident;Préfecture;Tués;Blessés\n" + "".join(
    f"{number};{number % 28 + 1:02}/03/2021;18,{number:02};4,{number:02};Embuscade;Ouham;{number % 3};NA\n"
    for number in range(10, 40)
)
SPANISH = "id,Fecha,X,Y,Tipo,Lugar,Muertos\n1,2021-03-04,18.25,4.5,Mina,Vado,2\n2,2021-03-05,18.5,5.25,Mina,Vado,0\n"
MONTHS = "month,lng,lat\n2022-01-01,-2.4,53.7\n2022-02-01,-2.5,53.8\n"
CLOCK = "when,lon,lat\n13/03/2021 04:05,1,2\n14/03/2021 04:05,1,2\n"


@pytest.fixture
def look(tmp_path: Path):
    def at(text: str) -> Proposal:
        (tmp_path / "unknown.dat").write_text(text, "utf-8")
        return propose(tmp_path / "unknown.dat")

    return at


def test_french_with_decimal_commas(look) -> None:
    proposal = look(FRENCH)
    mapping = proposal.mapping
    assert mapping.file.decimal == ","
    assert mapping.when.formats == ("%d/%m/%Y",)
    assert (mapping.where.longitude, mapping.where.adm1) == ("Longitude", "Préfecture")
    assert [(measure.name, measure.column) for measure in mapping.measures] == [("deaths", "Tués")]
    assert proposal.trial.events.height == 30


def test_spanish(look) -> None:
    mapping = look(SPANISH).mapping
    assert (mapping.when.start, mapping.where.longitude, mapping.where.place) == ("Fecha", "X", "Lugar")
    assert mapping.key.columns == ("id",)
    assert mapping.measures[0].column == "Muertos"


def test_dates_that_are_months(look) -> None:
    assert str(look(MONTHS).mapping.when.precision) == "month"


def test_what_a_file_cannot_say_is_asked(look) -> None:
    doubts = " ".join(look(CLOCK).doubts)
    assert "set `zone`" in doubts
    assert "`precision` says exact" in doubts
    assert "day/month or month/day" in " ".join(look("date,lon,lat\n03/04/2021,1,2\n").doubts)
    assert "set `crs`" in " ".join(look("date,x,y\n2021-01-01,804763,500000\n").doubts)


def test_a_repeated_id_is_no_id(look) -> None:
    assert look("id,date,lon,lat\n1,2021-01-01,1,2\n1,2021-01-02,1,2\n").mapping.key.columns == ()


def test_no_date_no_proposal(look) -> None:
    with pytest.raises(MappingError, match="No column can be read as a date; there are name, x, y"):
        look("name,x,y\nVado,1,2\n")


@pytest.mark.parametrize("text", [FRENCH, SPANISH, MONTHS, CLOCK])
def test_a_proposal_reads_back_as_itself(look, text: str) -> None:
    proposal = look(text)
    assert parse_mapping(proposal.toml) == proposal.mapping


@pytest.mark.parametrize("name", ["ucdp-ged", "acled", "awsd", "gdelt", "geo-pko"])
def test_known_sources_are_named(fixtures: Path, name: str) -> None:
    proposal = propose(fixtures / f"{name}.csv")
    assert proposal.source == name
    assert parse_mapping(proposal.toml) == proposal.mapping


def test_a_mapping_can_be_tried(fixtures: Path) -> None:
    proposal = propose(fixtures / "table.csv", load_mapping(fixtures / "table.toml"))
    assert (proposal.source, proposal.trial.events.height) == (None, 2)


def test_a_mapping_of_pings_can_be_tried(cli, fixtures: Path) -> None:
    asked = ("inspect", fixtures / "pings.csv", "--mapping", fixtures / "pings.toml")
    done = cli(*asked)
    assert (done.code, done.stderr) == (0, "")
    assert "5 rows would load" in done.stdout
    assert json.loads(cli(*asked, "--json").stdout)["mapping"]["track"]


@pytest.mark.parametrize(
    ("example", "file"),
    [("iraq", "iraq_insurgencies_2007-02_2008-07.csv.gz"), ("lancashire", "lancashire_asb_2022.tab.gz")],
)
def test_real_tables_are_understood(shared_data: Path, root: Path, example: str, file: str) -> None:
    proposal = propose(shared_data / "incidents" / file)
    written = load_mapping(root / "docs/examples" / f"{example}.toml")
    assert isinstance(proposal.mapping, Mapping)
    assert proposal.mapping.when == written.when
    assert (proposal.mapping.where.longitude, proposal.mapping.where.latitude) == ("longitude", "latitude")
    assert proposal.trial.rejects.is_empty()


def test_the_command_shows_and_saves(cli, fixtures: Path, tmp_path: Path) -> None:
    saved = tmp_path / "mapping.toml"
    first = cli("inspect", fixtures / "table.csv", "--save", saved)
    assert (first.code, first.stderr) == (0, "")
    assert "2 rows would load, 0 would be quarantined." in first.stdout
    assert load_mapping(saved).when.start == "Fecha"
    again = cli("inspect", fixtures / "table.csv", "--save", saved)
    assert (again.code, "never overwritten" in again.stderr) == (2, True)


def test_the_command_speaks_json(cli, fixtures: Path) -> None:
    shown = json.loads(cli("inspect", fixtures / "awsd.csv", "--delivered", "2001-04-01", "--json").stdout)
    assert (shown["source"], shown["rows_in"], shown["quarantined"]) == ("awsd", 4, {"future-date": 1})
    assert shown["rejects"][0]["line"] == 7


def test_sources_are_listed(cli) -> None:
    listed = json.loads(cli("sources", "--json").stdout)
    assert {source["id"] for source in listed} == set(SOURCES)
    assert {"acled", "gpx"} < set(SOURCES)
    assert all(source["origin"]["licence"] for source in listed)
    assert "Uppsala Conflict Data Program" in cli("sources").stdout
