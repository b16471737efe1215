"""A file on the web, asked for only if it changed, or the rows of a JSON service."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ..project.model import Web
from .fetched import EmptyAnswer, Fetched, Mark, Wanted
from .http import Http, token
from .pages import Page, collected, rows_in, within, write_table


def fetch(origin: Web, wanted: Wanted) -> Fetched | None:
    """What the address has; None where it has not changed. Raises UpstreamError."""
    secret = token(origin.token_env, needed=origin.token_env is not None)
    http = Http(origin.per_second, origin.attempts, {origin.token_header: secret} if secret else {})
    url = _of_window(origin.url, wanted)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    try:
        return _paged(origin, wanted, http, url) if origin.pages else _file(origin, wanted, http, url)
    finally:
        http.close()


def _of_window(url: str, wanted: Wanted) -> str:
    if wanted.window is None:
        return url
    return url.replace("{first}", str(wanted.window.first)).replace("{last}", str(wanted.window.last))


def _file(origin: Web, wanted: Wanted, http: Http, url: str) -> Fetched | None:
    known = wanted.known.get(url, Mark(url))
    said = {"if-none-match": known.etag, "if-modified-since": known.modified}
    file = wanted.folder / (PurePosixPath(urlsplit(url).path).name or "file")
    headers = http.download(url, file, {name: text for name, text in said.items() if text})
    if headers is None:
        return None
    if not file.stat().st_size and not origin.allow_empty:
        raise EmptyAnswer(f"{url.partition('?')[0]} answered with an empty file: that is not taken for zero.")
    sha256 = _sha256(file)
    if sha256 == known.sha256:
        return None
    return Fetched((file,), (Mark(url, headers.get("etag"), headers.get("last-modified"), sha256),))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _paged(origin: Web, wanted: Wanted, http: Http, url: str) -> Fetched | None:
    pages = origin.pages
    assert pages is not None, "the caller looked"

    def ask(number: int) -> Page:
        asked = {pages.page: pages.first + number} | ({pages.size: pages.rows_a_page} if pages.size else {})
        answer = http.json(url, asked)
        return Page(rows_in(answer, pages.rows), int(within(answer, pages.total)) if pages.total else None)

    rows = collected(wanted.folder / "pages", pages.rows_a_page, ask)
    if not rows and not origin.allow_empty:
        raise EmptyAnswer(f"{url.partition('?')[0]} answered without rows: that is not taken for zero.")
    return Fetched((write_table(rows, wanted.folder / f"{wanted.dataset}.csv"),)) if rows else Fetched()
