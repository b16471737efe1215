"""`./run bench h3`: our cells of points against libh3's, on a hundred million random and adversarial points."""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np

from hexwatch_schemas.points import hard
from hexwatch_schemas.points.cells import by_libh3, decided, from_points
from hexwatch_schemas.points.kernel import UNDECIDED

BATCH = 250_000  # points of one kind and resolution


def main() -> None:
    """Print what was compared, by kind."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--points", type=int, default=100_000_000)
    said.add_argument("--processes", type=int, default=2)
    asked = said.parse_args()
    kinds = list(product(hard.KINDS, range(16)))
    rounds = -(-asked.points // (BATCH * len(kinds)))
    jobs = [(kind, resolution, seed) for seed in range(rounds) for kind, resolution in kinds]
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(5))
    with ProcessPoolExecutor(asked.processes) as pool:
        for (kind, _, _), found in zip(jobs, pool.map(compare, *zip(*jobs, strict=True)), strict=True):
            sums[kind] += found
    print("| points, all resolutions | compared | mismatches | left to libh3 | ours M/s | h3 M/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, (points, wrong, left, ours, libh3) in [*sums.items(), ("all", sum(sums.values()))]:
        print(f"| {kind} | {points:,.0f} | {wrong:.0f} | {left / points:.2%} | {points / ours / 1e6:.1f} |"
              f" {points / libh3 / 1e6:.1f} |")  # fmt: skip


def compare(kind: str, resolution: int, seed: int) -> tuple[float, ...]:
    """Points, mismatches, undecided ones, seconds of ours and of libh3's."""
    lat, lon = hard.KINDS[kind](np.random.default_rng((seed, resolution)), BATCH, resolution)
    from_points(lon[:1], lat[:1], resolution)  # compiling is not what is timed
    begun = time.perf_counter()
    ours = from_points(lon, lat, resolution)
    between = time.perf_counter()
    theirs = by_libh3(lat, lon, resolution)
    ended = time.perf_counter()
    left = (decided(lat, lon, resolution) == UNDECIDED).sum()
    return BATCH, float((ours != theirs).sum()), float(left), between - begun, ended - between


if __name__ == "__main__":
    main()
