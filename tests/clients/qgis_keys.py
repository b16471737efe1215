"""Reads a collection to its end in a real QGIS and keeps the keys of its features; run by /usr/bin/python3.

qgis_keys.py LANDING COLLECTION KEY FILE
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HOME"] = tempfile.mkdtemp()  # no profile of anybody's

from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer  # pyright: ignore[reportMissingImports]

LANDING, COLLECTION, KEY, FILE = sys.argv[1:]
application = QgsApplication([], False)  # noqa: FBT003 (Qt's own order)
application.initQgis()
source = QgsDataSourceUri()
for name, value in {"url": LANDING, "typename": COLLECTION, "pagingEnabled": "true"}.items():
    source.setParam(name, value)
layer = QgsVectorLayer(source.uri(False), COLLECTION, "OAPIF")  # noqa: FBT003 (Qt's own order)
Path(FILE).write_text(json.dumps([feature[KEY] for feature in layer.getFeatures()]))
