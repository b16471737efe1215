"""The rules of pings: those of reports that fit them, and their own."""

from __future__ import annotations

from ..rules import RULES, Rule

_OWN: dict[str, Rule] = {
    "not-a-ping": Rule("A position belongs to a track: no waypoint, no planned route, not marked as junk.", fixed=True),
    "no-moment": Rule("A ping's time has an offset, or the mapping names its zone.", fixed=True),
    "expired": Rule("A ping is of a day whose pings are kept.", fixed=True),
    "repeated-ping": Rule(
        "A track is in one place at one time once; of exact repeats in a load the first counts.", fixed=True
    ),
    "equal-time": Rule(
        "A track is in one place at a time; of several the westernmost counts, in whatever order they come.", fixed=True
    ),
    "backward-time": Rule("Time runs forward, where the rows are in the order of the track.", fixed=True),
    "jump": Rule(
        "A mover is no faster than its kind can be, measured from the last ping that is believed.", fixed=True
    ),
}

# In order of importance, as RULES.
PING_RULES: dict[str, Rule] = {
    "not-a-ping": _OWN["not-a-ping"],
    **RULES,
    "missing-coordinates": Rule("A ping has coordinates.", fixed=True),
    **_OWN,
}

# No fault of whoever delivered: they do not count against the threshold.
BLAMELESS = ("repeated-ping", "not-a-ping", "expired")
