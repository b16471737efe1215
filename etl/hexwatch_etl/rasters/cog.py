"""Any raster as a valid Cloud Optimized GeoTIFF (OGC 21-026): tiled, with overviews, its values unchanged."""

from __future__ import annotations

import math
import os
import tempfile
import warnings
from pathlib import Path

from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rio_cogeo.cogeo import cog_translate, cog_validate
from rio_cogeo.errors import NodataAlphaMaskWarning
from rio_cogeo.profiles import cog_profiles

from hexwatch_schemas.errors import UnreadableFile

from .opening import CONFIG

RECIPE = 2  # of what is below: another one makes other files of the same originals


def write_cog(
    source: DatasetReader | WarpedVRT, folder: Path, *, prefix: str, categorical: bool, nodata: float | None = None
) -> Path:
    """A COG of the raster in a new file of the folder. Raises UnreadableFile where it comes out invalid."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=".tif")
    os.close(handle)
    made = Path(name)
    try:
        _translate(source, made, categorical, nodata)
        valid, errors, _ = cog_validate(made, quiet=True)
        if not valid:
            raise UnreadableFile(f"It did not become a valid COG: {'; '.join(errors)[:200]}.")
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    made.chmod(0o644)
    return made


def _translate(source: DatasetReader | WarpedVRT, made: Path, categorical: bool, nodata: float | None) -> None:
    profile = cog_profiles.get("deflate")
    predictor = 3 if source.dtypes[0].startswith("float") else 2
    side = _block(source.width)
    profile |= {"blockxsize": side, "blockysize": side, "predictor": predictor, "bigtiff": "IF_SAFER"}
    with warnings.catch_warnings():
        # Where a file says twice what is empty, the number counts, as it does for every other reader.
        warnings.simplefilter("ignore", NodataAlphaMaskWarning)
        cog_translate(
            source, made, profile, config=CONFIG, quiet=True, nodata=nodata,
            # A mean of two classes is a third one that nobody saw.
            overview_resampling="nearest" if categorical else "average",
        )  # fmt: skip


def _block(width: int) -> int:
    """Pixels a side: a block as wide as the file, or as one of its overviews, would be a strip to the validator."""
    widths = {math.ceil(width / 2**level) for level in range(width.bit_length())}
    return 384 if 512 in widths else 512
