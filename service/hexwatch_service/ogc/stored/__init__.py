"""Collections of single records: reports as points, days of tracks as lines, areas; read from PostGIS when asked."""
