"""Tracks: pings become segments, segments are cut at cell borders, cells get metres and seconds of effort."""
