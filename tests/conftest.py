"""What every test may use; the fixtures stand in `fixtures/`, one file a topic."""

from hypothesis import settings

# A loaded machine is no failure: pytest's own timeout ends what hangs.
settings.register_profile("hexwatch", deadline=None)
settings.load_profile("hexwatch")

pytest_plugins = ["fixtures.folders", "fixtures.database", "fixtures.command"]
