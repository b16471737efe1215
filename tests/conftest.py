"""What every test may use; the fixtures stand in `fixtures/`, one file a topic."""

pytest_plugins = ["fixtures.folders", "fixtures.database", "fixtures.command"]
