"""Lines cut at cell borders: the worked example, the laws, and two oracles that cut in other ways."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hexwatch_etl.tracks.clip import Clips, clip
from hexwatch_etl.tracks.geodesics import Floats, Geodesics, between
from hexwatch_schemas import hexgrid

QUARTER = 10_000_000.0  # metres


def line(start: tuple[float, float], azimuth: float, metres: float) -> Geodesics:
    """One line from a point, degrees."""
    return Geodesics(*(np.array([value]) for value in (*start, azimuth, metres)))


def shares(clips: Clips) -> dict[int, float]:
    """The share of one line that each cell holds."""
    cells = np.unique(clips.cell)
    return {int(c): float((clips.last - clips.first)[clips.cell == c].sum()) for c in cells}


def test_between_two_centres() -> None:
    """docs/statistics.md, effort: 2,475.03 m are 1,237.48 m in one cell and 1,237.55 m in the other."""
    cells = [hexgrid.from_text("876b9aa0dffffff"), hexgrid.from_text("876b9aa08ffffff")]
    centres = hexgrid.centres(np.array(cells, np.int64))
    found = between(centres[:1], centres[1:])
    clips = clip(found, 7)
    assert clips.cell.tolist() == cells
    assert found.metres == pytest.approx([2475.03], abs=0.01)
    assert (clips.last - clips.first) * found.metres == pytest.approx([1237.48, 1237.55], abs=0.01)


def test_nothing_has_no_stretches() -> None:
    nowhere = np.empty((0, 2))
    assert clip(between(nowhere, nowhere), 7).cell.size == 0


def test_standing_still_is_one_stretch() -> None:
    point = np.array([[18.5549, 4.3612]])
    clips = clip(between(point, point), 9)
    assert (clips.cell.tolist(), clips.first.tolist(), clips.last.tolist()) == (
        [h3.latlng_to_cell(4.3612, 18.5549, 9)],
        [0.0],
        [1.0],
    )


def unit(longitude: float, latitude: float) -> Floats:
    """Unit vector (3) of radians."""
    return np.array(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], np.float64
    )


def at_direction(vector: Floats) -> tuple[float, float]:
    """Degrees of a vector (3)."""
    x, y, z = vector
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def on_icosahedron_edge(share: float, pair: tuple[int, int] = (0, 1)) -> tuple[float, float]:
    """A point on the arc between two neighbouring vertices, which are the centres of pentagons."""
    vertices = hexgrid.centres(np.array(sorted(h3.get_pentagons(1)), np.int64))
    first = vertices[pair[0] * 6]
    near = vertices[np.argsort(hexgrid.great_circle_km(vertices, first))[1 + pair[1]]]
    start, end = (np.radians(vertex) for vertex in (first, near))
    on_chord = (1 - share) * unit(*start) + share * unit(*end)
    return at_direction(on_chord)


anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
poles = st.tuples(st.floats(-180, 180), st.sampled_from([-90.0, 90.0, 89.999, -89.99]))
antimeridian = st.tuples(st.sampled_from([180.0, -180.0, 179.999, -179.9999]), st.floats(-80, 80))
pentagons = st.integers(0, 11).map(lambda at: tuple(hexgrid.centres(np.array(sorted(h3.get_pentagons(3))))[at]))
edges = st.builds(on_icosahedron_edge, st.floats(0, 1), st.tuples(st.integers(0, 1), st.integers(0, 4)))
starts = st.one_of(anywhere, poles, antimeridian, pentagons, edges)


@st.composite
def journeys(draw: st.DrawFn, longest: float = 12.0) -> tuple[Geodesics, int]:
    """A line that goes through the neighbourhood of somewhere special, up to so many cells long, and a resolution."""
    resolution = draw(st.integers(1, 15))
    size = h3.average_hexagon_edge_length(resolution, unit="m")
    back, azimuth = draw(st.floats(0, 3)) * size, draw(st.floats(-180, 180))
    start = line(draw(starts), draw(st.floats(-180, 180)), min(back, QUARTER / 4)).points(np.array([0]), np.ones(1))
    metres = min(draw(st.floats(0, longest)) * size, QUARTER)
    return line((float(start[0, 0]), float(start[0, 1])), azimuth, metres), resolution


def sampled(found: Geodesics, resolution: int, n: int) -> dict[int, float]:
    """Shares of a line's cells, by the cells of many points on it."""
    points = found.points(np.zeros(n, np.int64), (np.arange(n) + 0.5) / n)
    cells, counts = np.unique(hexgrid.from_points(points[:, 0], points[:, 1], resolution), return_counts=True)
    return dict(zip(cells.tolist(), (counts / n).tolist(), strict=True))


@settings(max_examples=80)
@given(journeys())
def test_stretches_join_without_gap_or_overlap(journey: tuple[Geodesics, int]) -> None:
    clips = clip(*journey)
    assert (clips.first[0], clips.last[-1]) == (0.0, 1.0)
    assert (clips.first[1:] == clips.last[:-1]).all()
    assert (clips.last > clips.first).all()
    assert (clips.cell[1:] != clips.cell[:-1]).all()
    assert {h3.get_resolution(c) for c in clips.cell.tolist()} == {journey[1]}


@settings(max_examples=80)
@given(journeys())
def test_as_many_samples_would_have_it(journey: tuple[Geodesics, int]) -> None:
    found, n = shares(clip(*journey)), 1000
    dense = sampled(*journey, n)
    crossings = 2 * len(found) + 2
    assert all(abs(found.get(c, 0) - dense.get(c, 0)) <= crossings / n for c in found.keys() | dense.keys())
    assert sum(share for c, share in dense.items() if c not in found) <= 1 / n


def gnomonic(points: Floats, longitude: float, latitude: float) -> Floats:
    """The plane that touches the unit sphere at a point: great circles become straight."""
    plane = pyproj.Transformer.from_crs(
        "+proj=longlat +R=1", f"+proj=gnom +R=1 +lon_0={longitude} +lat_0={latitude}", always_xy=True
    )
    return np.stack(plane.transform(points[:, 0], points[:, 1]), axis=1)


def clipped_by_polygons(found: Geodesics, resolution: int) -> dict[int, float]:
    """Shares of a short line's cells, by intersecting polygons in a plane where both are straight."""
    ends = found.points(np.zeros(2, np.int64), np.array([0.0, 1.0]))
    here = gnomonic(ends, *ends[0])
    path = shapely.LineString(here)
    near = h3.grid_disk(h3.latlng_to_cell(ends[0, 1], ends[0, 0], resolution), 4)
    rings = {c: gnomonic(np.array(h3.cell_to_boundary(c))[:, ::-1], *ends[0]) for c in near}
    lengths = {c: shapely.Polygon(ring).intersection(path).length / path.length for c, ring in rings.items()}
    return {c: length for c, length in lengths.items() if length > 1e-6}


@settings(max_examples=80)
@given(starts, st.floats(-180, 180), st.integers(6, 11), st.floats(0.5, 3))
def test_as_polygons_in_a_plane_would_have_it(
    start: tuple[float, float], azimuth: float, resolution: int, cells: float
) -> None:
    journey = line(start, azimuth, min(9000.0, cells * h3.average_hexagon_edge_length(resolution, unit="m")))
    expected, found = clipped_by_polygons(journey, resolution), shares(clip(journey, resolution))
    assert {c: s for c, s in found.items() if s > 1e-5} == pytest.approx(
        {c: s for c, s in expected.items() if c in found and found[c] > 1e-5}, abs=1e-5
    )
    assert sum(s for c, s in expected.items() if c not in found) < 1e-5


@pytest.mark.parametrize("start", [(0.0, 0.0), (179.0, 5.0), (12.0, 89.0)])
def test_a_quarter_of_the_globe(start: tuple[float, float]) -> None:
    found = line(start, 33.0, QUARTER)
    clips = clip(found, 4)
    assert len(np.unique(clips.cell)) > 200
    dense = sampled(found, 4, 20_000)
    assert shares(clips) == pytest.approx({c: dense.get(c, 0.0) for c in shares(clips)}, abs=2e-4)


def test_many_lines_are_cut_as_each_alone() -> None:
    rng = np.random.default_rng(7)
    start = np.stack([rng.uniform(-180, 180, 50), rng.uniform(-85, 85, 50)], axis=1)
    lines = between(start, start + rng.normal(0, 0.05, start.shape))
    together = clip(lines, 8)
    for at in range(len(lines)):
        alone = clip(Geodesics(*(column[[at]] for column in vars(lines).values())), 8)
        here = together.line == at
        assert together.cell[here].tolist() == alone.cell.tolist()
        assert together.first[here] == pytest.approx(alone.first)
