"""Two plain ASGI applications to be compared with: one sends bytes from memory, one asks PostGIS for every tile."""

from __future__ import annotations

import os
from pathlib import Path

from psycopg_pool import AsyncConnectionPool

STORED = """
with box as materialized (
  select st_tileenvelope(%(z)s, %(x)s, %(y)s) as inside,
    st_tileenvelope(%(z)s, %(x)s, %(y)s, margin => 64 / 4096.0) as around
)
select st_asmvt(t, 'large', 4096, 'geom') from (
  select {columns}, st_asmvtgeom(h.geom, box.inside, 4096, 64, true) as geom
  from hexes_{resolution} h, box where h.geom && box.around
) t where geom is not null
"""

_pool: AsyncConnectionPool | None = None


async def bytes_in_memory(scope, _, send) -> None:
    """The tiles that stand in a folder as z-x-y.mvt, read when first asked for."""
    if scope["type"] == "http":
        await _answer(send, _kept(scope["path"]))


async def asks_postgis(scope, _, send) -> None:
    """ST_AsMVT over stored outlines with a GiST index."""
    global _pool  # noqa: PLW0603 (one a process; it can be opened on its loop only)
    if scope["type"] != "http":
        return
    if _pool is None:
        _pool = AsyncConnectionPool(os.environ["HEXWATCH_BENCH_DSN"], min_size=4, max_size=4, open=False)
        await _pool.open()
    z, x, y = map(int, scope["path"].removesuffix(".mvt").split("/")[-3:])
    statement = os.environ[f"HEXWATCH_BENCH_SQL_{z}"]
    async with _pool.connection() as conn:
        row = await (await conn.execute(statement.encode(), {"z": z, "x": x, "y": y}, binary=True)).fetchone()
    await _answer(send, row[0] if row else b"")


_tiles: dict[str, bytes] = {}


def _kept(path: str) -> bytes:
    if path not in _tiles:
        _tiles[path] = Path(os.environ["HEXWATCH_BENCH_TILES"], "-".join(path.split("/")[-3:])).read_bytes()
    return _tiles[path]


async def _answer(send, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/vnd.mapbox-vector-tile"),
        (b"cache-control", b"public, max-age=60"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
