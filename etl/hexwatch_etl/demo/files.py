"""The demo mission on disk: the delivery, how to load it, and, apart from both, the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from . import background, corrections, history, marks, reporting
from . import country as ground
from .corrections import Reports
from .history import History

BANNER = f"SYNTHETIC: {ground.NAME} does not exist, and nothing told of it ever happened."
TITLE = f"{ground.NAME} incidents (synthetic)"

ZONES = "vethara-zones"
INCIDENTS = "vethara"
_AREAS = ("--kind", "areas", "--key", "code", "--name", "name", "--level", "adm1")
MADE_UP = ("--synthetic", "--audience", "public")
# Each delivery is whole: what it lacks was withdrawn.
_READ = ("--mapping", "incidents.toml", "--areas", ZONES, "--title", TITLE, *MADE_UP, "--replace")
LOADS = (
    ("load", ZONES, "zones.geojson", *_AREAS, "--title", f"{ground.NAME} zones (synthetic)", *MADE_UP),
    ("load", INCIDENTS, "incidents_initial.csv", *_READ),
    ("load", INCIDENTS, "incidents_revised.csv", *_READ),
)


def write_delivery(folder: Path, told: Reports) -> None:
    """README.txt, zones.geojson, incidents_initial.csv, incidents_revised.csv and their mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(BANNER + "\n", encoding="utf-8")
    mapping = resources.files("hexwatch_etl.demo").joinpath("incidents.toml").read_bytes()
    (folder / "incidents.toml").write_bytes(mapping)
    told.initial.write_csv(folder / "incidents_initial.csv")
    told.revised.write_csv(folder / "incidents_revised.csv")
    _write_json(folder / "zones.geojson", zones())


def write_loads(folder: Path, loads: Sequence[Sequence[str]]) -> None:
    """loads.json: arguments of `hexwatch`, in order, with paths relative to the folder."""
    _write_json(folder / "loads.json", loads)


def write_truth(folder: Path, happened: History, told: Reports, run: Mapping[str, object]) -> None:
    """events.csv, one row for all that happened, and parameters.json, what made it happen."""
    folder.mkdir(parents=True, exist_ok=True)
    events(happened, told).write_csv(folder / "events.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    _write_json(folder / "parameters.json", {"note": BANNER, **run, **parameters()})


def zones() -> dict[str, object]:
    """The zones as GeoJSON."""
    country = ground.country()
    shapes = shapely.orient_polygons(shapely.transform(country.zones, ground.degrees))
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "country": ground.NAME, "synthetic": True},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, name, shape in zip(country.codes, country.names, shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "description": BANNER, "features": features}


def events(happened: History, told: Reports) -> pl.DataFrame:
    """The truth as a table; `incident_id` is the report that stands for the incident, null where nobody told of it."""
    country, what = ground.country(), happened.happened
    spots = ground.degrees(what.place)
    seconds = np.floor(what.day * 86_400).astype("timedelta64[s]")
    return pl.DataFrame(
        {
            "event": np.arange(len(happened)),
            "parent": pl.Series(what.parent).replace(-1, None),
            "generation": what.generation,
            "source": [background.SOURCES[one].name for one in what.source],
            "instant": (np.datetime64(reporting.FIRST_DAY, "s") + seconds).astype("datetime64[us]"),
            "longitude": spots[:, 0],
            "latitude": spots[:, 1],
            "zone": [country.codes[one] for one in happened.zone],
            "category": [marks.CATEGORIES[one].name for one in happened.category],
            "deaths": happened.deaths,
            "incident_id": _standing_reports(happened, told),
            "synthetic": np.ones(len(happened), dtype=bool),
        }
    )


def parameters() -> dict[str, object]:
    """What the simulation was told: rates, shares and the zone from which nothing is reported."""
    return {
        "first_day": reporting.FIRST_DAY.isoformat(),
        "last_day": reporting.LAST_DAY.isoformat(),
        "triggering": asdict(history.TRIGGERING),
        "background": {one.name: {"expected": one.expected, "spread_km": one.spread} for one in background.SOURCES},
        "turn_day": background.TURN,
        "repeats_category": marks.REPEATS,
        "places_known": reporting.PLACES_KNOWN,
        "days_known": reporting.DAYS_KNOWN,
        "near_km": reporting.NEAR_KM,
        "recounted": corrections.RECOUNTED,
        "found": corrections.FOUND,
        "double": corrections.DOUBLE,
        "unreported_zone": ground.UNREPORTED_ZONE,
        "anchors": {
            "ceasefire line": ground.degrees(shapely.get_coordinates(ground.CEASEFIRE_LINE)).tolist(),
            "road": ground.degrees(shapely.get_coordinates(ground.ROAD)).tolist(),
            "towns": {town.name: spot for town, spot in _town_spots()},
        },
    }


def _town_spots() -> list[tuple[ground.Town, list[float]]]:
    spots = ground.degrees(shapely.get_coordinates(ground.points(ground.TOWNS)))
    return list(zip(ground.TOWNS, spots.tolist(), strict=True))


def _standing_reports(happened: History, told: Reports) -> pl.Series:
    """For each incident the report that stands in the later delivery."""
    ids = np.full(len(happened), None, dtype=object)
    ids[np.flatnonzero(happened.heard)] = told.initial["incident_id"].to_numpy()[~told.double]
    return pl.Series(ids.tolist(), dtype=pl.String)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
