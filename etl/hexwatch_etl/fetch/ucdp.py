"""UCDP GED by its API (ucdp.uu.se/apidocs): pages numbered from 0, with the total on each."""

from __future__ import annotations

from ..project.model import Ucdp
from .fetched import EmptyAnswer, Fetched, UpstreamError, Wanted
from .http import Http, token
from .pages import Page, collected, rows_in, within, write_table


def fetch(origin: Ucdp, wanted: Wanted) -> Fetched:
    """The events of the window. Raises UpstreamError, EmptyAnswer."""
    assert wanted.window is not None, "asked by days"
    secret = token(origin.token_env, needed=origin.token_env is not None)
    http = Http(origin.per_second, origin.attempts, {"x-ucdp-access-token": secret} if secret else {})
    asked = {
        "pagesize": origin.rows_a_page,
        "StartDate": str(wanted.window.first),
        "EndDate": str(wanted.window.last),
        **({"Country": ",".join(map(str, origin.country))} if origin.country else {}),
    }

    def ask(number: int) -> Page:
        answer = http.json(f"{origin.url}/gedevents/{origin.version}", {**asked, "page": number})
        total = within(answer, "TotalCount")
        if not isinstance(total, int):
            raise UpstreamError("UCDP's answer has no number of rows.")
        return Page(rows_in(answer, "Result"), total)

    try:
        rows = collected(wanted.folder / "pages", origin.rows_a_page, ask)
    finally:
        http.close()
    if not rows and not origin.allow_empty:
        raise EmptyAnswer(
            f"UCDP has no event of {wanted.window}: that is not taken for zero.",
            hint=f"Does version {origin.version} cover these days? If there may be none: allow_empty = true",
        )
    files = (write_table(rows, wanted.folder / f"{wanted.dataset}.csv"),) if rows else ()
    return Fetched(files, source="ucdp-ged")
