"""Loads: files become validated, placed, published facts in PostGIS."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())  # nothing is said unless somebody configured to whom
