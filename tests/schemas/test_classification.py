"""Classes: every shown value is in exactly one."""

from __future__ import annotations

import warnings

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas.classification import MOST_CLASSES, SIDE, Class, _head_tail, changes, classify, open_ended
from hexwatch_schemas.legend import as_svg, legend
from hexwatch_schemas.style import Band, style


def holds(c: Class, value: float) -> bool:
    return c.low <= value <= c.high if c.last else c.low <= value < c.high


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=300))
def test_every_value_is_in_exactly_one_class(values: list[float]) -> None:
    classes = classify(np.array(values))
    assert 1 <= len(classes) <= MOST_CLASSES
    assert all(sum(holds(c, v) for c in classes) == 1 for v in values)


def test_nothing_above_zero_needs_no_class() -> None:
    assert classify(np.array([0.0, np.nan, -1.0])) == []


def test_heavy_tails_are_told_apart() -> None:
    """Head/tail breaks split at the mean, then at the mean of what is above it: 10.2, then 100 (Jiang 2013)."""
    values = np.array([1.0] * 100 + [50.0] * 20 + [200.0] * 2)
    mean = values.mean()
    above = values[values > mean].mean()
    assert [c.low for c in classify(values)] == [1.0, float(f"{mean:.2g}"), float(f"{above:.2g}")]


def test_shares_of_a_report_are_apart_from_whole_ones() -> None:
    classes = classify(np.array([0.001] * 50 + [1.0, 2.0, 3.0, 40.0]))
    assert [c.label for c in classes[:2]] == ["under 1", "1 to under 12"]


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=200))
def test_head_tail_breaks_are_those_of_mapclassify(values: list[int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports and its few-values notice
        from mapclassify import HeadTailBreaks

        theirs = HeadTailBreaks(np.array(values, float)).bins
    ours = _head_tail(np.array(values, float))
    np.testing.assert_allclose(ours, theirs[:-1] if len(theirs) > 1 else [])


def test_style_and_legend_have_the_same_colours_and_edges() -> None:
    classes = classify(np.array([1.0] * 100 + [50.0] * 20 + [200.0] * 2))
    made = style("x", "caf", "incidents", "harm", {"type": "vector"}, [Band(5, 0, 7, classes)])
    shown = legend("x", "incidents", "harm", 5, classes)
    drawn = [(part["paint"]["fill-color"], part["filter"][2][2], part["filter"][3][2]) for part in made["layers"]]
    assert drawn == [(row["color"], row["min"], row["max"]) for row in shown["classes"]]
    svg = as_svg(shown)
    assert all(row["color"] in svg and row["label"] in svg for row in shown["classes"])


@given(st.lists(st.floats(1e-9, 1e9), max_size=50), st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=50))
def test_lent_classes_hold_every_value_of_another_window_once(own: list[float], others: list[float]) -> None:
    classes = open_ended(classify(np.array(own)))
    assert all(sum(holds(c, v) for c in classes) == 1 for v in others)
    assert not any("e+" in c.label for c in classes)


shifts = st.floats(-1e9, 1e9).filter(lambda v: v == 0 or abs(v) >= 1e-6)


@given(st.lists(shifts, min_size=1, max_size=200))
def test_every_change_is_in_exactly_one_class_and_its_opposite_in_the_mirrored_one(values: list[float]) -> None:
    classes = changes(np.array([*values, *(-v for v in values)]))
    where = [[at for at, c in enumerate(classes) if holds(c, v)] for v in values]
    mirrored = [[len(classes) - 1 - at for at, c in enumerate(classes) if holds(c, -v)] for v in values]
    assert all(len(found) == 1 for found in where)
    assert where == mirrored
    assert len(classes) <= 2 * SIDE + 1


def test_classes_of_a_change_say_which_way() -> None:
    told = [c.label for c in changes(np.array([0.0, *[-1.0] * 20, 40.0, np.nan]))]
    assert told == ["down by 2.9 to 40", "down by under 2.9", "no change", "up by under 2.9", "up by 2.9 to 40"]
    assert [c.label for c in changes(np.zeros(3))] == ["no change"]
    assert changes(np.array([np.nan])) == []
