"""Which client fetches from which kind of origin."""

from __future__ import annotations

from ..project.model import Acled, Bucket, Files, Query, Ucdp, Web
from . import acled, buckets, files, queries, ucdp, web
from .fetched import Fetched, Wanted


def fetch(origin: Files | Web | Bucket | Query | Ucdp | Acled, wanted: Wanted) -> Fetched | None:
    """What the origin has that was not loaded yet; None where that is nothing. Raises UpstreamError, UsageError."""
    match origin:
        case Files():
            return files.fetch(origin, wanted)
        case Web():
            return web.fetch(origin, wanted)
        case Bucket():
            return buckets.fetch(origin, wanted)
        case Query():
            return queries.fetch(origin, wanted)
        case Ucdp():
            return ucdp.fetch(origin, wanted)
        case Acled():
            return acled.fetch(origin, wanted)
