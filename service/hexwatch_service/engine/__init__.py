"""The snapshot engine: a release as memory-mapped columns, summed and drawn as tiles without the database."""
