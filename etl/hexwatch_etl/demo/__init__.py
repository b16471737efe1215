"""A made-up mission with known truth: what the demo shows and what methods are tried against.

    from hexwatch_etl.demo import simulate
    mission = simulate(Path("demo"))

The country is Vethara. It does not exist, and neither does anything that happens in it; every file says so.

Where it lies was weighed. A made-up war drawn over a region that has had real ones would be read as news as soon as a
picture of it lost its caption; drawn over the sea, it would have no base map. So it lies on real but thinly peopled
land, a desert in the west of Australia, where no national border runs and nobody can take a ceasefire line for a
real one. No name in it was taken from a real place or people.

The steps, each a module that knows only those before it:

    country      the ground: outline, zones, towns, road and ceasefire line, always the same
    background   where and when violence starts by itself
    patrols      who went where, and when; it keeps some violence from happening, and is told of more of the rest
    process      how each incident sets off others (a self-exciting point process)
    marks        what each incident was: category and deaths
    reporting    what reached the files: unreported zone, blurred places and days, false counts, corrections
    files        the incidents' files; effort: those of patrols and of denied access
    mission      all of it

To let something else act on the incidents (an amnesty, a rainy season), write a `process.Survival`, the probability
that an incident which would happen on a day at a place does happen, and add it to the influences that `mission` hands
to `happen`. The patrols are the first of them.
"""

from .mission import Mission, simulate

__all__ = ["Mission", "simulate"]
