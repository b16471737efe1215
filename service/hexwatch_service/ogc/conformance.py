"""What the service says that it conforms to, each by the URI that clients look for."""

_SPEC = "http://www.opengis.net/spec"
_CLASSES = {
    "ogcapi-common-1/1.0": ("core", "landing-page", "json", "html", "oas30"),
    "ogcapi-common-2/1.0": ("collections",),
    "ogcapi-features-1/1.0": ("core", "geojson", "html", "oas30"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("queryables", "queryables-query-parameters", "filter", "features-filter"),
    "ogcapi-features-5/1.0": (
        "schemas", "core-roles-features", "returnables-and-receivables", "queryables", "sortables",
    ),
    # Clients ask for basic-spatial-operators, as drafts named it, before they send a spatial filter.
    "cql2/1.0": (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-operators",
        "basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "property-property", "arithmetic",
    ),
    "ogcapi-tiles-1/1.0": ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "datetime", "oas30"),
    "json-fg-1/1.0": ("core", "types-schemas"),
    "ogcapi-styles-1/1.0": ("core", "mapbox-style"),
    "ogcapi-dggs-1/1.0": ("core", "data-retrieval", "data-json", "zone-query", "zone-json", "zone-uint64"),
}  # fmt: skip

CONFORMS_TO = [f"{_SPEC}/{part}/conf/{name}" for part, names in _CLASSES.items() for name in names]
