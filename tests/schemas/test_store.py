"""Which connections a store gives: named ones are taken as they are, reading is always a role of its own."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hexwatch_schemas.errors import StoreError
from hexwatch_schemas.settings import Settings
from hexwatch_schemas.store import READER, Store, as_role, open_store

URL = "postgresql://loader:s3cret@db.example:5433/incidents?options=-c%20statement_timeout%3D9s"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HEXWATCH_DATABASE_URL", URL)
    return Settings()  # pyright: ignore[reportCallIssue]


def test_named_database_is_read_as_the_reader(settings: Settings) -> None:
    with open_store(settings) as store:
        assert store.admin_dsn == URL
        assert conninfo_to_dict(store.reader_dsn) == {
            **conninfo_to_dict(URL),
            "options": f"-c statement_timeout=9s -c role={READER}",
        }


def test_named_reader_is_taken_as_it_is(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXWATCH_READER_URL", "postgresql://onlooker@replica.example/incidents")
    with open_store(type(settings)()) as store:  # pyright: ignore[reportCallIssue]
        assert store.reader_dsn == "postgresql://onlooker@replica.example/incidents"


def test_password_is_not_shown(settings: Settings) -> None:
    with open_store(settings) as store:
        assert "s3cret" not in repr(store)
        assert "s3cret" not in repr(settings)


def test_malformed_connection_is_our_error() -> None:
    with pytest.raises(StoreError, match="HEXWATCH_DATABASE_URL"):
        as_role("no connection = ' at all", READER)


def test_reader_may_not_write(dsn: str) -> None:
    store = Store(dsn, as_role(dsn, READER), {})
    with psycopg.connect(store.reader_dsn) as connection:
        assert connection.execute("SELECT current_user, current_setting('is_superuser')").fetchone() == (READER, "off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE public.mine ()")
