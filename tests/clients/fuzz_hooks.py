"""What schemathesis is told about the standard; named to it in SCHEMATHESIS_HOOKS."""

from __future__ import annotations

from typing import Any

import schemathesis  # pyright: ignore[reportMissingImports]


@schemathesis.hook
def before_load_schema(_: Any, described: dict[str, Any]) -> None:
    """Take the `maximum` of `limit` away: more is capped and no error (OGC 17-069r4, /req/core/fc-limit-response-1).

    Clients take the size of their pages from it, so it stays in the description.
    """
    for operation in described["paths"].values():
        for parameter in operation["get"]["parameters"]:
            if parameter["name"] == "limit":
                parameter["schema"].pop("maximum")
