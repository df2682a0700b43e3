"""Principal angles between the subspaces of a run's problems, and with a group's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis import geometry
from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURES = {
    "mean": "mean angle (°)",
    "largest": "largest angle (°)",
    "alignment": "alignment index",
}


def numbers(
    session: Session,
    *,
    problems: int,
    group: tuple[int, int],
    dimensions: float = 4,
    measure: str = "mean",
) -> Tables:
    """One row a pair of problems, and one a problem with its angles to the group's decision subspace."""
    there, moments = groups.second_moments(session, problems)
    _, found = groups.represented(session, group, problems=problems)
    size = int(dimensions)
    bases = geometry.principal_components(moments.astype(np.float64), size)
    if measure == "alignment":
        matrix = geometry.alignment_index(moments, size).astype(np.float32)
    else:
        angles = np.degrees(geometry.pairwise_angles(bases)).astype(np.float32)
        matrix = angles.mean(axis=2) if measure == "mean" else angles[..., -1]
    to_group = np.degrees(geometry.principal_angles(bases, found.subspaces.decision))
    places = np.array(there)
    return {
        "principal_angles": {
            "problem": np.repeat(places, len(places)),
            "other problem": np.tile(places, len(places)),
            MEASURES[measure]: matrix.ravel(),
        },
        "to_group": {"problem": places, "angles to the group (°)": to_group},
    }


def picture(figure: Figure, tables: Tables, *, measure: str = "mean") -> None:
    """All pairs as an image, above each problem's angles to the group."""
    table, pairs = tables["to_group"], tables["principal_angles"]
    problems = np.asarray(table["problem"])
    size, name = len(problems), MEASURES[measure]
    half = (problems[1] - problems[0]) / 2 if size > 1 else 0.5
    ends = (problems[0] - half, problems[-1] + half)
    above, below = figure.subplots(2, 1, height_ratios=(2, 1))
    values = np.asarray(pairs[name]).reshape(size, size)
    colours = "cividis" if measure == "alignment" else "viridis"
    drawing.matrix(above, values, (*ends, *ends), name.capitalize(), colours=colours, aspect="auto")
    above.set_ylabel("Problem")
    for place, angle in enumerate(np.asarray(table["angles to the group (°)"]).T, 1):
        below.plot(problems, angle, "o", ms=1.8, mew=0, label=str(place))
    below.set_xlim(ends)
    below.set_xlabel("Problem")
    below.set_ylabel("Angle to the group (°)")
    below.legend(title="angle", ncols=4)
