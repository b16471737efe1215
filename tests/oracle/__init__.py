"""The same numbers and tiles made by PostGIS alone: what the snapshot engine is held against."""
