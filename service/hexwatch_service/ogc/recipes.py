"""Lines to copy: how the numbers of a layer are read from a shell, Python, R and a browser."""

from __future__ import annotations

from ..catalogue import Layer
from ..state import State
from .schema import properties
from .stored.collection import Stored

_TEXTS = {
    "Shell": "curl -o {id}.csv '{items}?f=csv&datetime={window}'",
    "ogr2ogr": "ogr2ogr {id}.gpkg 'OAPIF:{origin}' {id}",
    "Python": """import geopandas

{what} = geopandas.read_file('{items}?f=fgb')
{what}.plot('{first}')""",
    "R": """download.file('{items}?f=gpkg', '{id}.gpkg', mode = 'wb')
{what} <- sf::st_read('{id}.gpkg')
plot({what}['{first}'])""",
    "JavaScript": """const answer = await fetch('{items}?sortby=-{first}&limit=10')
const {{ features }} = await answer.json()
console.table(features.map((feature) => feature.properties))""",
}


def recipes(layer: Layer | Stored, state: State) -> dict[str, str]:
    """What each is called, and its lines."""
    said = {
        "id": layer.id,
        "items": state.url(f"collections/{layer.id}/items"),
        "origin": state.url(""),
        "window": layer.window or "../..",
        "what": "hexagons" if isinstance(layer, Layer) else "records",
        "first": next((name for name, found in properties(layer).items() if found.type == "number"), "key"),
    }
    return {name: text.format(**said) for name, text in _TEXTS.items()}
