"""Every error a person can meet: what was wrong, where, and what to do."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the `hexwatch` command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    QUARANTINE = 3
    LOCKED = 75  # EX_TEMPFAIL of sysexits(3): try again later


class HexwatchError(Exception):
    """Something went wrong."""

    exit_code = Exit.FAILED

    def __init__(self, message: str, *, hint: str | None = None, **data: object) -> None:
        """`message` says what and where, `hint` what to do, `data` is for machines (JSON)."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data = data

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(HexwatchError):
    """The command or request was not formed as documented."""

    exit_code = Exit.USAGE


class UnreadableFile(HexwatchError):
    """A file could not be read as the kind of file it was taken for."""


class MappingError(UsageError):
    """A declared mapping contradicts itself or the file it is applied to."""


class QuarantineExceeded(HexwatchError):
    """More rows were rejected than the dataset's threshold allows; nothing was published."""

    exit_code = Exit.QUARANTINE


class Locked(HexwatchError):
    """Another load of the same dataset is under way."""

    exit_code = Exit.LOCKED


class LoadLost(HexwatchError):
    """This load no longer owns its dataset: a newer one took over; nothing was published."""


class StoreError(HexwatchError):
    """The database is missing, unreachable, or not at the expected migration."""


class ClusterError(HexwatchError):
    """The private PostGIS cluster could not be made or started."""


class NotFound(HexwatchError):
    """No such dataset, layer, indicator or release."""
