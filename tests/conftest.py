"""What every test may use; the fixtures stand in `fixtures/`, one file a topic."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = [
    "fixtures.folders",
    "fixtures.database",
    "fixtures.command",
    "fixtures.pings",
    "fixtures.reports",
    "fixtures.service",
    "fixtures.upstream",
    "fixtures.access",
]

# A busy machine is no finding, and a gate gives the same answer twice; at a desk the search goes on.
settings.register_profile("hexwatch", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("hexwatch")
