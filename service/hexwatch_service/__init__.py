"""HTTP: published layers become tiles, styles, legends and pages."""
