"""Loads of rasters: opened within limits, made a valid COG, described, registered, and put into hexagons."""
