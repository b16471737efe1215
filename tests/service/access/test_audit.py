"""The audit: who read what is not public, every grant, and a chain that shows a change."""

from __future__ import annotations

import getpass
from collections.abc import Callable

import psycopg
import pytest
from fastapi.testclient import TestClient

from fixtures.access import Keys, execute, heard
from fixtures.command import Outcome
from hexwatch_service.access.audit import subjects

Cli = Callable[..., Outcome]


def entries(dsn: str, action: str) -> list[tuple[str, str]]:
    return execute(dsn, "select actor, subject from audit.entry where action = %s order by id", action)  # pyright: ignore[reportReturnType]


def test_reads_of_what_is_not_public_are_noted_and_no_others(client: TestClient, keys: Keys) -> None:
    key = {"x-api-key": keys.give("anna", "restricted")}
    heard(client)
    asked = [
        "/tiles/velvet/6/35/31.mvt", "/tiles/velvet/6/35/31.mvt", "/collections/velvet_events/items",
        "/wms?request=GetLegendGraphic&layer=velvet.incidents",
    ]  # fmt: skip
    for path in asked:
        assert client.get(path, headers=key).status_code == 200
        client.get(path.replace("velvet", "quartz"))
    state = client.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    assert client.portal
    client.portal.call(state.audit.write)
    assert set(entries(keys.dsn, "read")) == {("anna", "velvet")}
    counts = execute(keys.dsn, "select sum((detail ->> 'requests')::integer) from audit.entry where action = 'read'")
    assert counts == [(4,)]


def test_what_cannot_be_written_yet_is_kept(client: TestClient, keys: Keys) -> None:
    key = {"x-api-key": keys.give("anna", "restricted")}
    heard(client)
    assert client.get("/layers/velvet", headers=key).status_code == 200
    audit = client.app.api.state.hexwatch.audit  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    assert client.portal
    there, audit._dsn = audit._dsn, "host=/nowhere dbname=none"
    client.portal.call(audit.write)
    assert entries(keys.dsn, "read") == []
    audit._dsn = there
    client.portal.call(audit.write)
    assert entries(keys.dsn, "read") == [("anna", "velvet")]


def test_names_are_found_wherever_an_address_has_them() -> None:
    guarded = frozenset({"velvet", "north-1"})
    assert subjects("/tiles/velvet/1/2/3.mvt", b"", guarded) == {"velvet"}
    assert subjects("/wms", b"LAYERS=quartz.deaths,north-1.deaths", guarded) == {"north-1"}
    assert subjects("/wms", b"layers=%76elvet.x", guarded) == {"velvet"}
    assert subjects("/layers", b"", guarded) == {"/layers"}
    assert subjects("/tiles/quartz/1/2/3.mvt", b"", guarded) == {"/tiles"}


@pytest.mark.parametrize(
    "statement",
    [
        "update audit.entry set actor = 'nobody'", "delete from audit.entry", "truncate audit.entry",
        "delete from audit.entry where id = 1",
    ],
)  # fmt: skip
def test_the_audit_is_only_added_to(mission: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only added to"):
        execute(mission, statement)


def test_a_change_shows(mission: str, cli: Cli) -> None:
    whole = cli("audit", "verify", dsn=mission)
    assert (whole.code, "whole" in whole.stdout) == (0, True)
    head = whole.stdout.split()[-1]
    execute(mission, "update catalog.dataset set audience = 'confidential' where id = 'velvet'")
    assert cli("audit", "verify", "--head", head, dsn=mission).code == 0
    tampered = (
        "alter table audit.entry disable trigger refuse",
        "update audit.entry set subject = 'quartz' where id = 2",
    )
    for statement in tampered:
        execute(mission, statement)
    broken = cli("audit", "verify", dsn=mission)
    assert (broken.code, "entry 2" in broken.stderr) == (1, True)


def test_a_cut_end_shows_beside_a_hash_kept_elsewhere(mission: str, cli: Cli) -> None:
    head = cli("audit", "verify", dsn=mission).stdout.split()[-1]
    execute(mission, "alter table audit.entry disable trigger refuse")
    execute(mission, "delete from audit.entry where id = (select max(id) from audit.entry)")
    assert cli("audit", "verify", dsn=mission).code == 0
    cut = cli("audit", "verify", "--head", head, dsn=mission)
    assert (cut.code, "cut off" in cut.stderr) == (1, True)


def test_every_grant_is_noted_with_who_said_so(mission: str, cli: Cli) -> None:
    secret = {"HEXWATCH_SECRET": "-" * 32}
    for arguments in (
        ("classify", "velvet", "--audience", "confidential", "--by", "B. Name"),
        ("release-to", "velvet", "restricted", "--by", "B. Name", "--why", "sums only"),
        ("key", "create", "partner", "--clearance", "restricted", "--by", "B. Name"),
        ("key", "sign", "partner", "--layer", "velvet", "--by", "B. Name"),
        ("key", "revoke", "partner", "--by", "B. Name"),
    ):
        done = cli(*arguments, dsn=mission, env=secret)
        assert done.code == 0, done.stderr
    said = execute(mission, "select action, detail::text from audit.entry where actor = 'B. Name' order by id")
    assert [action for action, _ in said] == [
        "update dataset", "insert approval", "insert api_key", "sign address", "update api_key",
    ]  # fmt: skip
    assert not any("hash" in detail or "hwk_" in detail for _, detail in said)
    shown = cli("audit", "show", "--limit", "3", dsn=mission)
    assert "B. Name: update api_key" in shown.stdout


def test_commands_say_what_is_wrong(mission: str, cli: Cli) -> None:
    for arguments, said in (
        (("classify", "nothing", "--audience", "public"), "no dataset or layer"),
        (("release-to", "ghost", "public", "--by", "B. Name", "--why", "sums"), "no classified layer"),
        (("release-to", "velvet", "public", "--by", " ", "--why", "sums"), "who approves"),
        (("key", "create", "x", "--clearance", "restricted", "--layer", "zircon"), "zircon"),
        (("key", "revoke", "nobody"), "nobody"),
        (("key", "sign", "nobody", "--layer", "velvet"), "HEXWATCH_SECRET"),
    ):
        done = cli(*arguments, dsn=mission)
        assert (done.code, said in done.stderr) == (2, True), (arguments, done.stderr)


def test_a_key_is_shown_once(mission: str, cli: Cli) -> None:
    made = cli("key", "create", "anna", "--clearance", "restricted", "--layer", "velvet", dsn=mission)
    text = made.stdout.split()[0]
    assert text.startswith("hwk_")
    listed = cli("key", "list", dsn=mission).stdout
    assert "anna: restricted, velvet, works" in listed
    assert text not in listed
    stored = execute(mission, "select hash::text || id || name from catalog.api_key")
    assert text.split("_", 2)[2] not in stored[0][0]
    assert cli("key", "create", "anna", "--clearance", "public", dsn=mission).code == 2


def test_a_load_changes_no_audience(mission: str, cli: Cli, tmp_path) -> None:
    (tmp_path / "areas.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"a","name":"A"},"geometry":'
        '{"type":"Polygon","coordinates":[[[18,4],[19,4],[19,5],[18,4]]]}}]}'
    )
    usual = ("load", "zones", "areas.geojson", "--kind", "areas", "--key", "code", "--name", "name", "--level", "adm1")
    first = cli(*usual, dsn=mission, env={"HEXWATCH_AUDIENCE": ""})
    assert (first.code, "hexwatch classify zones" in first.stdout) == (0, True), first.stderr
    assert execute(mission, "select audience from catalog.dataset where id = 'zones'") == [(None,)]
    assert cli(*usual, "--audience", "restricted", dsn=mission).code == 0
    who = "select distinct actor from audit.entry where subject = 'zones'"
    assert execute(mission, who) == [(getpass.getuser(),)]
    wider = cli(*usual, "--audience", "public", dsn=mission)
    assert (wider.code, "hexwatch classify" in wider.stderr) == (2, True)
    assert execute(mission, "select audience from catalog.dataset where id = 'zones'") == [("restricted",)]
