"""Every rule on the smallest file that breaks it: the reason carries the value, the invariant holds."""

from __future__ import annotations

import json

import pytest

from hexwatch_etl.rules import RULES, Action
from hexwatch_schemas.errors import MappingError

PLAIN = '[when]\nstart = "date"\n[where]\nlongitude = "x"\nlatitude = "y"\n'
ENDS = PLAIN.replace('start = "date"', 'start = "date"\nend = "end"')
COUNTS = PLAIN + "".join(
    f'[[measures]]\nname = "{name}"\ntitle = "{name}"\nunit = "n"\ncolumn = "{name}"\n' for name in ("low", "n", "high")
)
BOUNDS = COUNTS + '[bounds]\nlow = "low"\nbest = "n"\nhigh = "high"\n'
CODED = PLAIN + 'precision = { column = "code", codes = { 1 = "exact" } }\n'
KEYED = '[key]\ncolumns = ["id"]\n' + PLAIN
ZONED = PLAIN.replace('start = "date"', 'start = "date"\nzone = "America/Chicago"')
BOXED = PLAIN + "extent = [10, -5, 20, 5]\n"

# Rule: mapping, header, row, and what the reason must say.
BROKEN: dict[str, tuple[str, str, str, str]] = {
    "broken-line": (PLAIN, "date,x,y", "2021-01-01,1", "2 cells where the header has 3"),
    "missing-key": (KEYED, "id,date,x,y", " ,2021-01-01,1,2", "id is empty"),
    "missing-date": (PLAIN, "date,x,y", ",1,2", "date is empty"),
    "unreadable-date": (PLAIN, "date,x,y", "2021-02-30,1,2", "date is 2021-02-30"),
    "backwards-dates": (ENDS, "date,end,x,y", "2021-01-02,2021-01-01,1,2", "ends on 2021-01-01"),
    "future-date": (PLAIN, "date,x,y", "2024-07-01,1,2", "2024-07-01, after the delivery on 2024-06-30"),
    "unreadable-number": (COUNTS, "date,x,y,low,n,high", "2021-01-01,1,2,1,many,3", "n is many"),
    "unreadable-coordinates": (PLAIN, "date,x,y", "2021-01-01,east,2", "x is east"),
    "zero-coordinates": (PLAIN, "date,x,y", "2021-01-01,0,0.0", "0, 0"),
    "swapped-coordinates": (PLAIN, "date,x,y", "2021-01-01,4.5,118.5", "the other way round"),
    "impossible-coordinates": (PLAIN, "date,x,y", "2021-01-01,181,5", "Longitude 181.0"),
    "unknown-code": (CODED, "date,x,y,code", "2021-01-01,1,2,9", "code is 9"),
    "negative-amount": (COUNTS, "date,x,y,low,n,high", "2021-01-01,1,2,1,-2,3", "n is -2"),
    "bounds": (BOUNDS, "date,x,y,low,n,high", "2021-01-01,1,2,4,3,5", "Low 4, best 3 and high 5"),
    "outside-extent": (BOXED, "date,x,y", "2021-01-01,30,30", "Longitude 30.0"),
    "missing-coordinates": (PLAIN, "date,x,y", "2021-01-01,,2", "was exact"),
    "clock-gap": (ZONED, "date,x,y", "2021-03-14 02:30,1,2", "does not exist in America/Chicago"),
    "clock-repeat": (ZONED, "date,x,y", "2021-11-07 01:30,1,2", "comes twice"),
}


def test_every_rule_has_an_example() -> None:
    assert set(BROKEN) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_is_found_with_line_and_reason(deliver, rule: str) -> None:
    mapping, header, row, reason = BROKEN[rule]
    delivery = deliver(f"{header}\n{row}\n", mapping)
    refused = RULES[rule].action is Action.QUARANTINE
    assert (delivery.events.height, delivery.rejects.height) == ((0, 1) if refused else (1, 0))
    found = (delivery.rejects if refused else delivery.remarks).row(0, named=True)
    assert (found["line"], found["rule"]) == (2, rule)
    assert reason in found["reason"]
    assert row.split(",")[0].strip() in json.dumps(json.loads(found["row"]))


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if not rule.fixed])
def test_open_rules_can_be_turned_round(deliver, rule: str) -> None:
    mapping, header, row, _ = BROKEN[rule]
    other = Action.REMARK if RULES[rule].action is Action.QUARANTINE else Action.QUARANTINE
    delivery = deliver(f"{header}\n{row}\n", f'rules = {{ {rule} = "{other}" }}\n{mapping}')
    assert delivery.events.height == (other is Action.REMARK)
    assert rule in (delivery.remarks if other is Action.REMARK else delivery.rejects)["rule"]


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if rule.fixed])
def test_fixed_rules_cannot(deliver, rule: str) -> None:
    with pytest.raises(MappingError, match="is fixed"):
        deliver("date,x,y\n", f'rules = {{ {rule} = "remark" }}\n{PLAIN}')


def test_the_most_important_rule_is_shown_once(deliver) -> None:
    delivery = deliver("date,x,y\nsoon,east,north\n", PLAIN)
    assert delivery.rejects["rule"].to_list() == ["unreadable-date"]
    assert delivery.remarks.is_empty()


def test_a_refused_row_shows_only_what_the_mapping_reads(deliver) -> None:
    delivery = deliver("date,x,y,witness\nsoon,1,2,A. Name\n", PLAIN)
    assert json.loads(delivery.rejects["row"][0]) == {"date": "soon", "x": "1", "y": "2"}


def test_points_swapped_inside_an_extent_are_found(deliver) -> None:
    delivery = deliver("date,x,y\n2021-01-01,18,4\n2021-01-02,4,18\n", BOXED)
    assert delivery.rejects.select("line", "rule").rows() == [(3, "swapped-coordinates")]


def test_the_first_and_last_possible_days_are_judged_apart(deliver) -> None:
    """A year that has not ended yet is no future date; one that has not begun is."""
    mapping = '[when]\nyear = "year"\n[where]\nlongitude = "x"\nlatitude = "y"\n'
    delivery = deliver("year,x,y\n2024,1,2\n2025,1,2\n", mapping)
    assert delivery.events["day_to"].dt.to_string("%F").to_list() == ["2024-12-31"]
    assert delivery.rejects["rule"].to_list() == ["future-date"]


def test_names_that_look_like_placeholders(deliver) -> None:
    delivery = deliver("a{}b {c},x,y\nsoon,1,2\n", PLAIN.replace('"date"', '"a{}b {c}"'))
    assert delivery.rejects["reason"].to_list() == ["a{}b {c} is soon, which is not of the form iso."]
