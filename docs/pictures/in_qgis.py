"""Pictures of the analyst's tutorial, drawn by QGIS itself: its layer tree beside its canvas.

Run by the Python that has QGIS (Debian's /usr/bin/python3): in_qgis.py ADDRESS FOLDER; docs/pictures/make.py does.
"""

from __future__ import annotations

import os
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HOME"] = tempfile.mkdtemp()  # no profile of anybody's

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFillSymbol,
    QgsLayerDefinition,
    QgsLayerTreeModel,
    QgsMapLayer,
    QgsMarkerSymbol,
    QgsNetworkAccessManager,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.gui import QgsLayerTreeView, QgsMapCanvas
from qgis.PyQt.QtCore import QEventLoop, Qt
from qgis.PyQt.QtWidgets import QSplitter

ADDRESS, FOLDER = sys.argv[1], Path(sys.argv[2])
COUNTRY = QgsRectangle(122.7, -25.7, 128.2, -21.8)
SOUTH_EAST = QgsRectangle(125.2, -25.0, 127.9, -23.6)


class Window:
    """What QGIS shows: a tree of layers on the left, the map on the right."""

    def __init__(self) -> None:
        self.project, self.canvas, self.tree = QgsProject.instance(), QgsMapCanvas(), QgsLayerTreeView()
        self.model = QgsLayerTreeModel(self.project.layerTreeRoot())
        self.model.setFlag(QgsLayerTreeModel.ShowLegend)
        self.tree.setModel(self.model)
        self.canvas.setCanvasColor(Qt.white)
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
        self.frame = QSplitter()
        self.frame.addWidget(self.tree)
        self.frame.addWidget(self.canvas)
        self.frame.resize(1000, 560)
        self.frame.setSizes([300, 700])
        self.frame.show()

    def take(self, name: str, layers: list[QgsMapLayer], where: QgsRectangle) -> None:
        """Draw the layers and keep the picture."""
        self.canvas.setLayers(layers)
        self.canvas.setExtent(_projected(where))
        loop = QEventLoop()
        self.canvas.mapCanvasRefreshed.connect(loop.quit)
        self.canvas.refresh()
        loop.exec_()
        picture = self.frame.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(310, 990, 5) for y in range(10, 550, 5)}
        if len(colours) < 3:
            raise SystemExit(f"{name}: nothing was drawn.")
        picture.save(str(FOLDER / f"{name}.png"))

    def only(self, *shown: QgsMapLayer) -> None:
        """Tick these in the tree, and open them; close the others."""
        for node in self.project.layerTreeRoot().findLayers():
            node.setItemVisibilityChecked(node.layer() in shown)
            node.setExpanded(node.layer() in shown)
        for node in self.project.layerTreeRoot().findGroups():
            node.setExpanded(any(layer in shown for layer in (n.layer() for n in node.findLayers())))

    def clear(self) -> None:
        """An empty project."""
        self.project.layerTreeRoot().clear()
        self.project.clear()


def _projected(where: QgsRectangle) -> QgsRectangle:
    here, there = (QgsCoordinateReferenceSystem(crs) for crs in ("EPSG:4326", "EPSG:3857"))
    return QgsCoordinateTransform(here, there, QgsProject.instance()).transformBoundingBox(where)


def everything(window: Window) -> None:
    """The layer definition file, dragged in."""
    file = Path(tempfile.mkdtemp()) / "hexwatch.qlr"
    urllib.request.urlretrieve(f"{ADDRESS}/connect/qgis", file)  # noqa: S310 (our own service)
    QgsLayerDefinition.loadLayerDefinition(str(file), window.project, window.project.layerTreeRoot())
    incidents = _of(window, "/tiles/vethara/", "Incidents (expected)")
    window.only(incidents)
    window.take("qgis-everything", [incidents], COUNTRY)
    rate = _of(window, "/tiles/vethara-watched/", "Patrolled time")
    window.only(rate)
    window.take("qgis-patrolled", [rate], COUNTRY)


def _of(window: Window, address: str, title: str) -> QgsMapLayer:
    found = [
        layer
        for layer in window.project.mapLayers().values()
        if isinstance(layer, QgsVectorTileLayer) and address in layer.source() and layer.name() == title
    ]
    if found and not found[0].crs().isValid():
        raise SystemExit(f"{title}: QGIS does not know its coordinate system.")
    if not found:
        names = sorted({layer.name() for layer in window.project.mapLayers().values()})
        raise SystemExit(f"No layer {title!r} of {address}: {names}")
    return found[0]


def tiles(window: Window) -> None:
    """One connection a year, as the dialog New Generic Connection makes it."""
    window.clear()
    for year in ("2024", "2025"):
        asked = f"datetime%3D{year}"  # in a source, = is written so
        source = (
            f"type=xyz&url={ADDRESS}/tiles/vethara/{{z}}/{{x}}/{{y}}.mvt?{asked}&zmin=0&zmax=14"
            f"&styleUrl={ADDRESS}/styles/vethara/incidents.json?{asked}%26scale%3D2024/2025"
        )
        layer = QgsVectorTileLayer(source, f"Incidents {year}")
        layer.loadDefaultStyle()
        window.project.addMapLayer(layer)
        window.only(layer)
        window.take(f"qgis-{year}", [layer], SOUTH_EAST)


def features(window: Window) -> None:
    """Hexagons with their numbers, filtered by the service; exact reports as points on top."""
    window.clear()
    hexagons, reports = _oapif("vethara", "Hexagons, deaths > 20"), _oapif("vethara_events", "Reports (exact ones)")
    hexagons.setSubsetString('"deaths" > 20')
    hexagons.renderer().setSymbol(QgsFillSymbol.createSimple({"color": "240,59,32,150", "outline_color": "90,20,20"}))
    reports.renderer().setSymbol(QgsMarkerSymbol.createSimple({"color": "40,40,60", "size": "0.8"}))
    for layer in (hexagons, reports):
        window.project.addMapLayer(layer)
    window.only(hexagons, reports)
    window.take("qgis-features", [reports, hexagons], SOUTH_EAST)


def _oapif(collection: str, title: str) -> QgsVectorLayer:
    source = f"url='{ADDRESS}/' typename='{collection}' pagingEnabled='true' pageSize='10000'"
    layer = QgsVectorLayer(source, title, "OAPIF")
    if not layer.isValid():
        raise SystemExit(f"{collection} does not open: {layer.dataProvider().error().message()}")
    return layer


application = QgsApplication([], True)  # noqa: FBT003 (Qt's own order)
application.initQgis()
QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
steps: tuple[Callable[[Window], None], ...] = (everything, tiles, features)
shown = Window()
for step in steps:
    step(shown)
shown.clear()
os._exit(0)  # QGIS without a screen does not always end by itself
