"""Lines to copy: how the numbers of a layer are read from a shell, Python, R and a browser."""

from __future__ import annotations

from ..catalogue import Layer
from ..state import State


def recipes(layer: Layer, state: State) -> list[tuple[str, str]]:
    """What each is called, and its lines."""
    items = state.url(f"collections/{layer.id}/items")
    first = next((i.id for i in layer.indicators), "h3")
    window = f"{layer.window.first}/{layer.window.last}"
    script = (
        f"const answer = await fetch('{items}?sortby=-{first}&limit=10')\n"
        "const { features } = await answer.json()\n"
        "console.table(features.map((feature) => feature.properties))"
    )
    return [
        ("Shell", f"curl -o {layer.id}.csv '{items}?f=csv&datetime={window}'"),
        ("ogr2ogr", f"ogr2ogr {layer.id}.gpkg 'OAPIF:{state.url('')}' {layer.id}"),
        ("Python", f"import geopandas\n\nhexagons = geopandas.read_file('{items}?f=gpkg')\nhexagons.plot('{first}')"),
        ("R", f"library(sf)\n\nhexagons <- st_read('{items}?f=gpkg')\nplot(hexagons['{first}'])"),
        ("JavaScript", script),
    ]
