"""The lake: raw pings as GeoParquet files, one for each dataset and day of UTC, from which everything is recomputed."""

from .days import Lake, open_lake
from .files import LAKE_SCHEMA, read_pings, write_pings

__all__ = ["LAKE_SCHEMA", "Lake", "open_lake", "read_pings", "write_pings"]
