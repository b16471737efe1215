"""OGC API: layers as collections of hexagons, with the numbers of their tiles."""
