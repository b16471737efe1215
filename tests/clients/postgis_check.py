"""Opens the views of a database in a real QGIS; run by /usr/bin/python3, says `ok` or `FAIL` for each.

postgis_check.py CONNECTION OUT VIEW:KEY:FIELD:COUNT …   (SCHEMA.VIEW, as in records.event)
"""

from __future__ import annotations

import os
import sys
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HOME"] = tempfile.mkdtemp()  # no profile of anybody's

from qgis.core import (  # pyright: ignore[reportMissingImports]
    QgsApplication,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # pyright: ignore[reportMissingImports]

CONNECTION, OUT, *VIEWS = sys.argv[1:]
results: list[bool] = []


def check(name: str, holds: bool, detail: object) -> None:
    """Say what was found."""
    results.append(holds)
    print("ok  " if holds else "FAIL", name, detail, flush=True)  # noqa: T201


def look(view: str, key: str, field: str, count: int) -> None:
    """Open a view, read it all, draw it."""
    schema, table = view.split(".")
    layer = QgsVectorLayer(f'{CONNECTION} key=\'{key}\' table="{schema}"."{table}" (geom)', view, "postgres")
    check(f"{view}: opens", layer.isValid(), layer.dataProvider().error().message() if layer.dataProvider() else "")
    features = list(layer.getFeatures())
    check(f"{view}: all features", len(features) == count, f"{len(features)} of {count}")
    check(f"{view}: field {field}", field in layer.fields().names(), layer.fields().names())
    check(
        f"{view}: places", any(f.hasGeometry() and f.geometry().isGeosValid() for f in features), layer.crs().authid()
    )
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(512, 512))
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    picture.save(f"{OUT}/postgis-{view}.png")
    colours = {picture.pixel(x, y) for x in range(0, 512, 4) for y in range(0, 512, 4)}
    check(f"{view}: drawn", len(colours) > 1, f"{len(colours)} colours")


application = QgsApplication([], False)  # noqa: FBT003 (Qt's own order)
application.initQgis()
for said in VIEWS:
    view, key, field, count = said.split(":")
    look(view, key, field, int(count))
print(f"{sum(results)} passed, {len(results) - sum(results)} failed")  # noqa: T201
sys.exit(not all(results))
