"""What a raster shows: its bands with statistics, its class, and colours with which it can be drawn at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader

_SAMPLE = 1024  # pixels a side that percentiles are taken from
_METRES = {"m", "metre", "metres", "meter", "meters"}
_PEOPLE = ("pop", "worldpop", "ghs_pop", "ghsl", "landscan", "census", "people", "persons")
_RAMP = {"elevation": "terrain", "population": "ylorrd", "index": "rdylgn", "imagery": "gray"}
NUMBERS = float | int | None


@dataclass(frozen=True)
class Content:
    """What a raster's file tells of what is in it."""

    dtype: str
    nodata: str | None
    bands: list[dict[str, Any]]  # name, unit, scale, offset, minimum, maximum, mean, deviation, low, high
    klass: str
    rendering: dict[str, Any]  # indexes; rescale and colormap_name, or colormap, or neither (RGB as it is)
    units: tuple[str, ...]


def describe(source: DatasetReader, name: str, klass: str | None, unit: str | None) -> Content:
    """The content of a COG, its statistics over every valid pixel, percentiles from a sample."""
    shown = [i for i in source.indexes if source.colorinterp[i - 1].name != "alpha"]
    sample = source.read(
        shown, masked=True, out_shape=(len(shown), min(source.height, _SAMPLE), min(source.width, _SAMPLE))
    )
    bands = [_band(source, i, at, unit) for i, at in zip(shown, sample, strict=True)]
    units = tuple(sorted({b["unit"] for b in bands if b["unit"]}))
    palette = _palette(source)
    klass = klass or _class(source, bands, name, palette is not None)
    nodata = source.nodata
    return Content(
        source.dtypes[0],
        None if nodata is None else f"{nodata:.17g}",
        bands,
        klass,
        _rendering(source, bands, klass, palette),
        units,
    )


def fill_value(source: DatasetReader) -> float | None:
    """The number in most corners and in a twentieth of the pixels or more, of a raster that names none for nothing."""
    if source.nodata is not None or any(MaskFlags.all_valid not in flags for flags in source.mask_flag_enums):
        return None
    size = min(source.height, _SAMPLE), min(source.width, _SAMPLE)
    sample = source.read(1, out_shape=size)
    value, times = Counter(sample[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()).most_common(1)[0]
    return value if times >= 3 and 0.05 <= (sample == value).mean() < 1 else None


def _band(source: DatasetReader, index: int, sample: np.ma.MaskedArray, unit: str | None) -> dict[str, Any]:
    said = {
        "index": index,
        "name": source.descriptions[index - 1] or f"b{index}",
        "unit": unit or source.units[index - 1] or "",
        "scale": source.scales[index - 1],
        "offset": source.offsets[index - 1],
    }
    return {**said, **_statistics(source, index), **_percentiles(sample)}


def _statistics(source: DatasetReader, index: int) -> dict[str, NUMBERS]:
    """Of every valid pixel, as GDAL counts them; infinite ones, which a division by zero leaves, are left out."""
    names = ("minimum", "maximum", "mean", "deviation")
    if not any(values.size for values in _finite(source, index)):  # GDAL would fail, but rasterio only at its next call
        return dict.fromkeys(names)
    found = source.stats(indexes=index, approx=False)[0]
    numbers = found.min, found.max, found.mean, found.std
    return dict(zip(names, numbers if np.isfinite(numbers).all() else _counted(source, index), strict=True))


def _finite(source: DatasetReader, index: int) -> Iterator[NDArray[np.float64]]:
    """The valid and finite pixels of each block."""
    for _, window in source.block_windows(index):
        values = source.read(index, window=window, masked=True).compressed().astype(np.float64)
        yield values[np.isfinite(values)]


def _counted(source: DatasetReader, index: int) -> tuple[float, ...]:
    """Minimum, maximum, mean and deviation of the finite pixels, in two looks at the file."""
    parts = [(v.size, v.sum(), v.min(), v.max()) for v in _finite(source, index) if v.size]
    sizes, sums, least, most = map(np.array, zip(*parts, strict=True))
    mean = sums.sum() / sizes.sum()
    spread = sum(((values - mean) ** 2).sum() for values in _finite(source, index)) / sizes.sum()
    return float(least.min()), float(most.max()), float(mean), float(np.sqrt(spread))


def _percentiles(sample: np.ma.MaskedArray) -> dict[str, NUMBERS]:
    values = sample.compressed().astype(np.float64)
    values = values[np.isfinite(values)]
    low, high = np.percentile(values, [2, 98]).tolist() if values.size else (None, None)
    return {"low": low, "high": high}


def _palette(source: DatasetReader) -> dict[str, list[int]] | None:
    """Colours by value; where no pixel has it, black only fills the table up."""
    if source.colorinterp[0].name != "palette":
        return None
    try:
        table = source.colormap(1)
    except ValueError:
        return None
    seen = {
        value for _, window in source.block_windows(1) for value in np.unique(source.read(1, window=window)).tolist()
    }
    return {str(value): list(colour) for value, colour in table.items() if value in seen or any(colour[:3])}


def _class(source: DatasetReader, bands: list[dict[str, Any]], name: str, palette: bool) -> str:
    """thematic, imagery, elevation, population, index or continuous; a guess that only chooses colours."""
    if palette:
        return "thematic"
    if len(bands) >= 3 or source.dtypes[0] in ("uint8", "uint16"):
        return "imagery"
    said = f"{name} {' '.join(map(str, source.tags().values()))}".lower()
    if any(word in said for word in _PEOPLE):
        return "population"
    if bands[0]["unit"].lower() in _METRES or any(w in said for w in ("srtm", "dem_", "_dem", "elevation")):
        return "elevation"
    low, high = bands[0]["minimum"], bands[0]["maximum"]
    return "index" if low is not None and -1.01 < low < 0 < high < 1.01 else "continuous"


def _rendering(source: DatasetReader, bands: list[dict[str, Any]], klass: str, palette: object) -> dict[str, Any]:
    if palette:
        return {"indexes": [1], "colormap": palette}
    indexes = [b["index"] for b in bands][:3] if len(bands) >= 3 else [bands[0]["index"]]
    if len(indexes) == 3 and source.dtypes[0] == "uint8":
        return {"indexes": indexes}
    ranges = [_range(b) for b in bands if b["index"] in indexes]
    ramp = {} if len(indexes) == 3 else {"colormap_name": _RAMP.get(klass, "viridis")}
    return {"indexes": indexes, "rescale": ranges, **ramp}


def _range(band: dict[str, Any]) -> list[float]:
    """Where most values lie, in the band's unit; a raster of one value is drawn too."""
    low, high = band["low"], band["high"]
    if low is None:
        return [0.0, 1.0]
    if low == high:
        low, high = band["minimum"], band["maximum"]
    low, high = sorted(v * band["scale"] + band["offset"] for v in (low, high))
    return [low, high] if high > low else [low, low + 1.0]
