"""What followed effort."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from ..deterrence import deterred
from ..state import TheLayer
from .parameters import SeriesQuery

router = APIRouter(prefix="/layers", tags=["layers"])


@router.get("/{layer}/deterrence")
async def deterrence(layer: TheLayer, choice: SeriesQuery) -> dict[str, Any]:
    """Effort and encounters by whole months (or `step`), and the slope of encounters per hour on the hours before.

    Below 0, more effort was followed by fewer encounters per hour (Dobson et al. 2018); null: too few periods tell.
    """
    return await deterred(layer, choice)
