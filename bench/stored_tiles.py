"""What ST_AsMVT does best: one table of finished numbers and outlines in web mercator, with a GiST index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import psycopg
import shapely
from psycopg import sql

from hexwatch_schemas import hexgrid
from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile
from hexwatch_service.numbers import Table

_TILE = """
select st_asmvt(t, %(layer)s, %(extent)s, 'geom')
from (
  select h3, {columns}, st_asmvtgeom(geom, st_tileenvelope(%(z)s, %(x)s, %(y)s), %(extent)s, %(buffer)s, true) as geom
  from stored where geom && st_tileenvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s)
) t
where geom is not null
"""


def store(conn: psycopg.Connection, table: Table, columns: Sequence[str]) -> None:
    """Make the table of a window's numbers."""
    names = sql.SQL(", ").join(sql.SQL("{} float8").format(sql.Identifier(c)) for c in columns)
    conn.execute("drop table if exists stored")
    conn.execute(sql.SQL("create table stored (h3 text, {}, geom geometry(MultiPolygon, 3857))").format(names))
    outlines = shapely.to_wkb(shapely.set_srid(hexgrid.outlines(table.cells), 3857), hex=True, include_srid=True)
    values = zip(*([None if np.isnan(v) else v for v in table.values[c].tolist()] for c in columns), strict=True)
    with conn.cursor() as cursor, cursor.copy("copy stored from stdin") as copy:
        for cell, row, outline in zip(hexgrid.texts(table.cells.tolist()), values, outlines.tolist(), strict=True):
            copy.write_row((cell, *row, outline))
    conn.execute("create index on stored using gist (geom)")
    conn.execute("vacuum analyze stored")
    conn.execute("set jit = off")


def tile(conn: psycopg.Connection, layer: str, columns: Sequence[str], tile: Tile) -> bytes:
    """One tile by one prepared statement."""
    names = sql.SQL(", ").join(sql.Identifier(c) for c in columns)
    said = {
        "layer": layer,
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "extent": EXTENT,
        "buffer": BUFFER,
        "margin": BUFFER / EXTENT,
    }
    row = conn.execute(sql.SQL(_TILE).format(columns=names), said, prepare=True).fetchone()
    assert row, "an aggregate gives a row"
    return bytes(row[0])
