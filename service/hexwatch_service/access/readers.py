"""Who asks: a clearance, and what of it a key opens."""

from __future__ import annotations

from dataclasses import dataclass

from hexwatch_schemas.words import Audience

RANKS = {audience: rank for rank, audience in enumerate(Audience)}


@dataclass(frozen=True)
class Reader:
    """Somebody who asks; `layers` narrows what their clearance opens, None does not."""

    clearance: Audience = Audience.PUBLIC
    layers: frozenset[str] | None = None
    name: str = ""
    prefix: str = ""  # of every link: the signed part of the address they came by

    @property
    def known(self) -> bool:
        """Whether they came with anything that says who they are."""
        return bool(self.name)

    @property
    def rank(self) -> int:
        """Of the clearance."""
        return RANKS[self.clearance]

    @property
    def scope(self) -> tuple[int, frozenset[str] | None]:
        """Readers of one scope see the same."""
        return self.rank, self.layers

    def opens(self, name: str, audience: int) -> bool:
        """Whether something of an audience is shown to them."""
        return audience == 0 or (audience <= self.rank and (self.layers is None or name in self.layers))


ANYONE = Reader()
