"""The register of rasters: what is believed of each file, and which of it a load changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from psycopg.types.json import Jsonb

from ..ownership import Run
from ..store_rows import sql
from .counted import Counted
from .said import Meaning


@dataclass(frozen=True)
class Raster:
    """One file; the columns of catalog.raster."""

    key: str
    href: str
    sha256: str
    original: str
    original_sha256: str
    footprint: shapely.MultiPolygon
    bounds: tuple[float, float, float, float]
    captured_from: datetime | None
    captured_to: datetime | None
    width: int
    height: int
    crs: str
    resolution: float
    dtype: str
    nodata: str | None
    bands: list[dict[str, Any]]
    klass: str
    rendering: dict[str, Any]
    meaning: str | None

    @property
    def content(self) -> str:
        """Digest of what is said of the file, but for the bytes of its COG: another version of GDAL writes others."""
        said = {k: str(v) for k, v in vars(self).items() if k not in ("sha256", "bands", "footprint")}
        return str(UUID(hashlib.md5(json.dumps(said).encode(), usedforsecurity=False).hexdigest()))

    def counted(self) -> Counted | None:
        """As a file that goes into hexagons, if it does."""
        if self.meaning is None or self.captured_to is None:
            return None
        return Counted(self.key, self.href, Meaning(self.meaning), self.klass, self.captured_to.date(), self.footprint)


def changed(run: Run, rasters: Sequence[Raster]) -> list[Raster]:
    """Those of which something else is believed, or nothing."""
    believed = dict(run.conn.execute(sql("rasters.current"), {"dataset": run.dataset}).fetchall())
    return [r for r in rasters if believed.get(r.key) != r.content]


def missing(run: Run, rasters: Sequence[Raster]) -> bool:
    """Whether any file is believed that was not delivered."""
    believed = run.conn.execute(sql("rasters.current"), {"dataset": run.dataset}).fetchall()
    return bool({key for key, _ in believed} - {r.key for r in rasters})


def note(run: Run, rasters: Sequence[Raster], *, replace: bool) -> tuple[int, int]:
    """Close and open rows so that these files are believed; how many were opened and closed."""
    news, told = changed(run, rasters), {"dataset": run.dataset, "run": run.id}
    keys = {"changed": [r.key for r in news], "delivered": [r.key for r in rasters], "replace": replace}
    closed = run.conn.execute(sql("rasters.close"), {**told, **keys}).rowcount
    for raster in news:
        said = {
            **vars(raster),
            "footprint": shapely.to_wkb(raster.footprint, hex=True),
            "bounds": list(raster.bounds),
            "bands": Jsonb(raster.bands),
            "rendering": Jsonb(raster.rendering),
        }
        run.conn.execute(sql("rasters.open"), {**said, **told, "content": raster.content})
    return len(news), closed
