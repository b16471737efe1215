"""The contract that loads and service share: words, settings, errors, grid, store."""

__version__ = "0.1.0"
