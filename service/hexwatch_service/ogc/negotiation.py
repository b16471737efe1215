"""Which format a client gets: by `f=`, or else by its Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from hexwatch_schemas.errors import UsageError


class Offer(Protocol):
    """Something that has a media type."""

    @property
    def media_type(self) -> str:
        """As it is sent."""
        ...

    @property
    def answers(self) -> tuple[str, ...]:
        """Media types, without parameters, for which it is the answer."""
        ...


T = TypeVar("T", bound=Offer)


def chosen(offers: Mapping[str, T], f: str | None, accept: str) -> T:
    """The offer of a name, or the one that Accept likes best; the first offer where it likes none.

    Raises UsageError where no offer has the name.
    """
    if f is not None:
        if f not in offers:
            raise UsageError(f"f: there is no format {f[:40]!r}.", hint=f"There are: {', '.join(offers)}.")
        return offers[f]
    for wanted in _by_preference(accept):
        for offer in offers.values():
            if wanted == "*/*" or wanted in offer.answers:
                return offer
    return next(iter(offers.values()))


def _by_preference(accept: str) -> list[str]:
    return [name for _, name in sorted(_ranges(accept), key=lambda one: -one[0])]


def _ranges(accept: str) -> Iterator[tuple[float, str]]:
    """Quality and name of each media range that is wanted at all."""
    for part in accept.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        quality = next((_quality(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if name and quality > 0:
            yield quality, name


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
