"""Look at a raster: where it lies, what is in it, how it would be drawn. Nothing is written."""

from __future__ import annotations

from pathlib import Path

from .capture import captured
from .describe import describe
from .hexagons import totals
from .opening import opened
from .placing import footprint, straightened


def inspect_raster(path: Path) -> dict[str, object]:
    """What would load, by name. Raises UnreadableFile with the reason why a load would refuse it."""
    with opened(path) as source:
        straight = straightened(source, path.name)
        lies, content = footprint(straight, path.name), describe(source, path.name, None, None)
        taken = captured(None, source.tags(), path.stem)[0]
        found: dict[str, object] = {
            "file": path.name,
            "pixels": f"{source.width} x {source.height}, {source.count} bands of {content.dtype}",
            "reference system": straight.crs.to_string(),
            "bounds": [round(v, 6) for v in lies.bounds],
            "taken": f"{taken:%Y-%m-%d}" if taken else "unknown; say it with --captured",
            "class": content.klass,
            "bands": content.bands,
            "drawn with": content.rendering,
        }
        if content.klass == "population" and straight is source:
            found["sums to"] = {meaning.value: round(total) for meaning, total in totals(source).items()}
        return found
