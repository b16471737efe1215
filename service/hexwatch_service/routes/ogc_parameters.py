"""Query parameters of OGC documents."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from .parameters import Nothing


class FormatChoice(Nothing):
    """In which form a document is shown."""

    f: str | None = Field(None, max_length=40, description="json or html, where Accept cannot be set.")


Shown = Annotated[FormatChoice, Query()]
