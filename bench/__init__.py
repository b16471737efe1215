"""Measurements, run by `./run bench NAME`: ratios side by side in one run, printed as Markdown."""
