"""CQL2 filters: parsed by a library, translated over an allow-list into masks of numpy arrays."""
