"""The project file `hexwatch.toml`: what is loaded from where and when, and what the catalogue says of it."""
