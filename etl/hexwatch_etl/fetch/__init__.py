"""Fetching: what a source has that was not loaded yet comes as files; a failure upstream is never an empty file."""

from __future__ import annotations

from .fetched import Fetched, Known, Mark, Wanted
from .find import fetch

__all__ = ["Fetched", "Known", "Mark", "Wanted", "fetch"]
