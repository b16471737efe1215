"""Lines to copy: how the numbers of a layer are read from a shell, Python, R and a browser."""

from __future__ import annotations

from ..catalogue import Layer
from ..state import State

_TEXTS = {
    "Shell": "curl -o {id}.csv '{items}?f=csv&datetime={window}'",
    "ogr2ogr": "ogr2ogr {id}.gpkg 'OAPIF:{origin}' {id}",
    "Python": """import geopandas

hexagons = geopandas.read_file('{items}?f=fgb')
hexagons.plot('{first}')""",
    "R": """download.file('{items}?f=gpkg', '{id}.gpkg', mode = 'wb')
hexagons <- sf::st_read('{id}.gpkg')
plot(hexagons['{first}'])""",
    "JavaScript": """const answer = await fetch('{items}?sortby=-{first}&limit=10')
const {{ features }} = await answer.json()
console.table(features.map((feature) => feature.properties))""",
}


def recipes(layer: Layer, state: State) -> dict[str, str]:
    """What each is called, and its lines."""
    said = {
        "id": layer.id,
        "items": state.url(f"collections/{layer.id}/items"),
        "origin": state.url(""),
        "window": f"{layer.window.first}/{layer.window.last}",
        "first": next((i.id for i in layer.indicators), "h3"),
    }
    return {name: text.format(**said) for name, text in _TEXTS.items()}
