"""Loads: files become validated, placed, published facts in PostGIS."""
