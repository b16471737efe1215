"""ACLED by its API (acleddata.com/api-documentation): rows changed since the last time, and those deleted since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..project.model import Acled
from .fetched import Fetched, UpstreamError, Wanted
from .http import Http, token
from .pages import Page, Row, collected, rows_in, write_table

_OVERLAP = 3600  # seconds that are asked for twice: pages are cut while rows change


def fetch(origin: Acled, wanted: Wanted) -> Fetched | None:
    """What changed and what was deleted; None where that is nothing. Raises UpstreamError, UsageError."""
    secret = token(origin.token_env, needed=True)
    http = Http(origin.per_second, origin.attempts, {"authorization": f"Bearer {secret}"})
    since = _Since.read(wanted.since)
    try:
        rows = _read(http, origin, wanted, "acled", "timestamp", max(0, since.changed - _OVERLAP))
        # Before the first load there is nothing that could be taken away.
        deleted = (
            _read(http, origin, wanted, "deleted", "deleted_timestamp", since.deleted - _OVERLAP)
            if since.changed
            else []
        )
    finally:
        http.close()
    if not rows and not since.changed:
        raise UpstreamError("ACLED has no event for what was asked.", hint="Check country and the rights of the token.")
    reached = since.moved(_times(rows, "timestamp"), _times(deleted, "deleted_timestamp"))
    if reached == since:
        return None
    rows, gone = _parted(rows, deleted)
    files = (write_table(rows, wanted.folder / f"{wanted.dataset}.csv"),) if rows else ()
    return Fetched(files, source="acled", gone=tuple(sorted(gone)), reached=str(reached))


@dataclass(frozen=True)
class _Since:
    """How far changes and deletions were read.

    Each for itself: one is read after the other, and what came in between would be lost if they shared the later.
    """

    changed: int = 0
    deleted: int = 0

    @classmethod
    def read(cls, text: str | None) -> _Since:
        """From the watermark, which was one number before."""
        changed, _, deleted = (text or "0").partition(" ")
        return cls(int(changed), int(deleted or changed))

    def moved(self, changed: list[int], deleted: list[int]) -> _Since:
        """To the newest of what was read; deletions are asked for from the first load on."""
        newest = max([self.changed, *changed])
        return _Since(newest, max([self.deleted or newest, *deleted]))

    def __str__(self) -> str:
        return f"{self.changed} {self.deleted}"


def _read(http: Http, origin: Acled, wanted: Wanted, what: str, column: str, since: int) -> list[Row]:
    asked: dict[str, str | int] = {"_format": "json", "limit": origin.rows_a_page}
    if since > 0:
        asked |= {column: since, f"{column}_where": ">="}
    if origin.country and what == "acled":
        asked["country"] = ":OR:country=".join(origin.country)

    def ask(number: int) -> Page:
        answer = http.json(f"{origin.url}/{what}/read", {**asked, "page": number + 1})
        _refuse(answer)
        return Page(rows_in(answer, "data"), None)

    return collected(wanted.folder / f"{what}-pages", origin.rows_a_page, ask)


def _refuse(answer: Any) -> None:
    """ACLED says in the body what went wrong, under the status 200."""
    said: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    if said.get("success") is not True or str(said.get("status", "200")) != "200":
        reason = str(said.get("error") or said.get("message") or "no reason given")[:200]
        raise UpstreamError(f"ACLED refused: {reason}.", hint="Check the token and its rights.")


def _parted(rows: list[Row], deleted: list[Row]) -> tuple[list[Row], set[str]]:
    """The rows that stand, and the keys that are gone: of a row and its deletion the newer one counts."""
    ended = dict(
        zip((str(row.get("event_id_cnty")) for row in deleted), _times(deleted, "deleted_timestamp"), strict=True)
    )
    stand = [row for row in rows if int(row["timestamp"]) > ended.get(str(row.get("event_id_cnty")), -1)]
    return stand, ended.keys() - {str(row.get("event_id_cnty")) for row in stand}


def _times(rows: list[Row], column: str) -> list[int]:
    try:
        return [int(row[column]) for row in rows]
    except (KeyError, TypeError, ValueError):
        raise UpstreamError(f"ACLED's rows lack a {column!r} that is a time.") from None
