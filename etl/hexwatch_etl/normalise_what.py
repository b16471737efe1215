"""What happened: category, amounts and the properties that are kept."""

from __future__ import annotations

import polars as pl

from .mapping import Bounds, Coded, Filled, Kept, Mapping, MeasureColumn
from .normalise_cells import Cells
from .rules import Findings

UNKNOWN = "unknown"  # category of an event whose source leaves the code empty
_EXACT = 2**53  # beyond it a Float64 skips whole numbers


def categories(cells: Cells, spec: str | Coded[str] | Filled[str], findings: Findings) -> dict[str, pl.Series]:
    """category and source_code. Without a crosswalk the code itself, as a slug, is the category."""
    if isinstance(spec, str):
        return {"category": cells.constant(spec, pl.String()), "source_code": cells.constant(None, pl.String())}
    if isinstance(spec, Coded) and not spec.codes:
        code = cells.text(spec.column)
        return {"category": slug(code).fill_null(spec.default or UNKNOWN), "source_code": code}
    category, code = cells.word(spec, findings)
    return {"category": category, "source_code": code}


def slug(text: pl.Series) -> pl.Series:
    """Lower case letters and digits of any script, joined by underscores: `Roadside IED` is roadside_ied."""
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]+", "_").str.strip_chars("_")


def amounts(cells: Cells, mapping: Mapping, found: dict[str, pl.Series], findings: Findings) -> dict[str, pl.Series]:
    """One column per measure: Int64 where scale is 1, else Float64; null where unknown."""
    length = (found["day_to"] - found["day_from"]).dt.total_days() + 1
    result = {measure.name: _amount(cells, measure, length, findings) for measure in mapping.measures}
    if mapping.bounds:
        _check_bounds(mapping.bounds, result, findings)
    return result


def _amount(cells: Cells, measure: MeasureColumn, length: pl.Series, findings: Findings) -> pl.Series:
    value = cells.constant(1, pl.Float64())
    if measure.column:
        value = _read(cells, measure, findings)
    if measure.where_missing:
        value = value * cells.text(measure.where_missing).is_null().cast(pl.Float64)
    if measure.per_day:
        value = value * length
    return value.cast(pl.Int64, strict=False) if measure.scale == 1 else value


def _read(cells: Cells, measure: MeasureColumn, findings: Findings) -> pl.Series:
    column = measure.column or ""
    value, shown = cells.number(column), (cells.name(column), cells.text(column))
    findings.add("unreadable-number", cells.unreadable(column), "{} is {}, which is no number.", *shown)
    findings.add("negative-amount", value < 0, "{} is {}.", *shown)
    if measure.scale == 1:
        broken = (value != value.round()) | (value.abs() >= _EXACT)
        findings.add("unreadable-number", broken, "{} is {}, which is no whole number.", *shown)
        value = value.set(broken.fill_null(value=False), None)
    return value


def _check_bounds(bounds: Bounds, found: dict[str, pl.Series], findings: Findings) -> None:
    low, best, high = found[bounds.low], found[bounds.best], found[bounds.high]
    broken = pl.select(pl.any_horizontal(low > best, best > high, low > high)).to_series()
    findings.add("bounds", broken, "Low {}, best {} and high {} are not in this order.", low, best, high)


def properties(cells: Cells, keep: tuple[str | Kept, ...]) -> pl.Series:
    """JSON object of the kept columns; what is empty is left out by being null."""
    if not keep:
        return cells.constant("{}", pl.String())
    columns = [_property(cells, Kept(column=item) if isinstance(item, str) else item) for item in keep]
    by_name = {column.name: column for column in columns}
    return pl.DataFrame(by_name).select(pl.struct(pl.all()).struct.json_encode()).to_series()


def _property(cells: Cells, kept: Kept) -> pl.Series:
    text = cells.text(kept.column)
    return text.replace(kept.codes).alias(kept.name or cells.name(kept.column))
