"""Objects of a bucket (obstore, extra `buckets`): those whose ETag is not that of what was loaded."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from hexwatch_schemas.errors import UsageError

from ..project.model import Bucket
from .fetched import EmptyAnswer, Fetched, Mark, UpstreamError, Wanted


def fetch(origin: Bucket, wanted: Wanted) -> Fetched | None:
    """New and changed objects, as files. Raises UpstreamError, EmptyAnswer, and UsageError without the extra."""
    try:
        import obstore  # noqa: PLC0415 (optional)
        from obstore.exceptions import BaseError  # noqa: PLC0415
        from obstore.store import from_url  # noqa: PLC0415
    except ImportError:
        raise UsageError("Buckets need the extra `buckets`.", hint="pip install 'hexwatch[buckets]'") from None
    try:
        store = from_url(origin.bucket)
        there = [one for part in obstore.list(store) for one in part if fnmatch(one["path"], origin.matching)]
        if not there:
            raise EmptyAnswer(f"No object of {origin.bucket} fits {origin.matching!r}.")
        new = [one for one in there if _mark(origin, one) != wanted.known.get(_address(origin, one))]
        return _written(obstore, store, origin, wanted, new) if new else None
    except BaseError as error:
        raise UpstreamError(f"{origin.bucket} does not answer: {type(error).__name__}.") from error


def _written(obstore: Any, store: Any, origin: Bucket, wanted: Wanted, new: list[Any]) -> Fetched:
    wanted.folder.mkdir(parents=True, exist_ok=True)
    files = []
    for at, one in enumerate(sorted(new, key=lambda one: one["path"])):
        # Only the last part of a name becomes a file's: an object's name may climb out of any folder.
        file = wanted.folder / f"{at:05}-{one['path'].rsplit('/', 1)[-1]}"
        file.write_bytes(bytes(obstore.get(store, one["path"]).bytes()))
        files.append(file)
    return Fetched(tuple(files), tuple(_mark(origin, one) for one in new))


def _address(origin: Bucket, one: Any) -> str:
    return f"{origin.bucket.rstrip('/')}/{one['path']}"


def _mark(origin: Bucket, one: Any) -> Mark:
    return Mark(_address(origin, one), one.get("e_tag"), one["last_modified"].isoformat())
