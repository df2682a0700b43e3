"""Slow points of the networks of a group, where they lie and how fast they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis.fixed_points import fixed_points
from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import saved
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NETWORKS = 12  # of the group, evenly spaced
SEARCHES = 4  # from states of each epoch
LEADING = 8  # eigenvalues


def numbers(session: Session, *, group: tuple[int, int], epoch: str = "delay") -> Tables:
    """One row a point of an epoch, in the group's decision subspace."""
    first, size = group
    places = np.linspace(0, size - 1, min(NETWORKS, size)).round().astype(int)
    decision = groups.subspaces_of(session, group).decision[:, :2]
    rows = []
    for number in saved(session, tuple(first + int(place) for place in places)):
        found = fixed_points(
            session.weights(number - 1),
            session.stimuli[number - 1],
            session.config,
            starts=SEARCHES,
        )
        for points in found:
            if points.name == epoch:
                rows += [(number, points, index) for index in range(len(points))]
    values = np.array([points.eigenvalues[i, :LEADING] for _, points, i in rows], complex)
    values = values.reshape(len(rows), -1)
    at = np.array([points.states[i] @ decision for _, points, i in rows]).reshape(-1, 2)
    return {
        "slow_points": {
            "problem": np.array([number for number, _, _ in rows], int),
            "decision 1 (a.u.)": at[:, 0],
            "decision 2 (a.u.)": at[:, 1],
            "speed (a.u./s)": np.array([points.speed[i] for _, points, i in rows]),
            "relative speed": np.array([points.relative_speed[i] for _, points, i in rows]),
            "unstable dimensions": np.array(
                [points.unstable_dimensions[i] for _, points, i in rows]
            ),
            "eigenvalue real (1/s)": values.real,
            "eigenvalue imaginary (1/s)": values.imag,
        }
    }


def picture(figure: Figure, tables: Tables) -> None:
    """Points on the plane, filled where stable, beside their spectra; the colour is the problem."""
    left, right = figure.subplots(1, 2)
    table = tables["slow_points"]
    problem = np.asarray(table["problem"])
    stable = np.asarray(table["unstable dimensions"]) == 0
    where = [np.asarray(table[f"decision {axis} (a.u.)"]) for axis in (1, 2)]
    for there, marker in ((stable, "o"), (~stable, "X")):
        if there.any():
            words = "stable" if marker == "o" else "unstable"
            shown = left.scatter(
                where[0][there],
                where[1][there],
                c=problem[there],
                vmin=problem.min(),
                vmax=problem.max(),
                s=14,
                marker=marker,
                linewidths=0,
                label=words,
            )
            figure.colorbar(shown, ax=left, label=f"Problem ({words})")
    real, imaginary = (
        np.asarray(table[f"eigenvalue {part} (1/s)"]) for part in ("real", "imaginary")
    )
    right.scatter(
        real.ravel(), imaginary.ravel(), c=np.repeat(problem, real.shape[1]), s=5, linewidths=0
    )
    right.axvline(0, color=drawing.GREY, lw=0.6)
    left.set_xlabel("Decision 1 (a.u.)")
    left.set_ylabel("Decision 2 (a.u.)")
    right.set_xlabel("Growth (1/s)")
    right.set_ylabel("Rotation (rad/s)")
