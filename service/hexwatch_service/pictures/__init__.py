"""Pictures: rasters and hexagons as pixels, for tiles, WMTS and WMS; raster libraries load when first needed."""
