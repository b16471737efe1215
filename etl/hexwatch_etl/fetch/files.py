"""Files of this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hexwatch_schemas.errors import UsageError

from ..project.model import Files
from .fetched import EmptyAnswer, Fetched, Mark, Wanted


def fetch(origin: Files, wanted: Wanted) -> Fetched | None:
    """The files whose content was not loaded before. Raises EmptyAnswer where no file fits the glob."""
    try:
        found = sorted(p for p in wanted.beside.glob(origin.files) if p.is_file())
    except (NotImplementedError, ValueError) as error:
        raise UsageError(
            f"files = {origin.files!r} is no glob: {error}.", hint="It is relative: incoming/*.csv"
        ) from error
    if not found:
        raise EmptyAnswer(f"No file fits {origin.files!r} in {wanted.beside}.", hint="Is the share mounted?")
    marks = {path: _mark(path, wanted.beside) for path in found}
    new = [path for path in found if wanted.known.get(marks[path].address) != marks[path]]
    return Fetched(tuple(new), tuple(marks[path] for path in new)) if new else None


def _mark(path: Path, beside: Path) -> Mark:
    with path.open("rb") as file:
        return Mark(str(path.relative_to(beside)), sha256=hashlib.file_digest(file, "sha256").hexdigest())
