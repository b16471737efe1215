"""Every numbered item has a test of its number, or a reason why not."""

from __future__ import annotations

from .items import ITEMS, NO_TEST, by_item, numbers


def test_every_item_has_a_test_or_a_reason() -> None:
    assert list(ITEMS) == list(range(1, 56))
    assert set(ITEMS) - by_item().keys() - NO_TEST.keys() == set()
    assert by_item().keys() <= set(ITEMS)
    assert NO_TEST.keys() & by_item().keys() == set()


def test_numbers_are_read_from_names() -> None:
    assert numbers("test_08_and_11_files_that_name_files") == [8, 11]
    assert numbers("tests/x.py::test_abuse_07_a_path[1]") == [7]
    assert numbers("test_46_47_the_job") == [46, 47]
    assert numbers("test_45_heavy_previews") == [45]
    assert numbers("test_nothing_16_in_it") == []
