"""Three-valued logic: what is compared with no value is neither true nor false (Kleene 1952, §64; as in SQL)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """By row, whether something is true and whether it is false; a row where it is neither is unknown."""

    true: Mask
    false: Mask

    @classmethod
    def known(cls, mask: Mask) -> Truth:
        """True where the mask is, else false."""
        return cls(mask, ~mask)

    @classmethod
    def where(cls, mask: Mask, known: Mask) -> Truth:
        """The mask where it is known."""
        return cls(mask & known, ~mask & known)

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.true & other.true, self.false | other.false)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.true | other.true, self.false & other.false)

    def __invert__(self) -> Truth:
        return Truth(self.false, self.true)
