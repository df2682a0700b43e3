"""Trajectories of a group of problems in each of several sessions, with one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.recipes import drawing, groups, trajectories
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import steps_drawn
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

MOST = 6  # sessions


def numbers(
    sessions: Mapping[str, Session],
    *,
    group: tuple[int, int],
    problem: int | None = None,
    stimulus: int | None = None,
    part: str = "residual_decision",
) -> Tables:
    """A row for every point drawn, the session in front."""
    joined: dict[str, list[np.ndarray]] = {}
    for name, session in list(sessions.items())[:MOST]:
        start = max(1, min(group[0], session.n_problems))
        within = (start, max(1, min(group[1], session.n_problems - start + 1)))
        there, found = groups.represented(session, within)
        steps, times = steps_drawn(session.config)
        places = trajectories.drawn(there, problem)
        values = getattr(found.coordinates, part)[places][..., steps, :].astype(np.float32)
        table = trajectories.tidy({part: values}, times, np.array(there)[places], stimulus)
        count = len(table["problem"])
        for column, rows in ({"session": np.repeat(name, count)} | table).items():
            joined.setdefault(column, []).append(rows)
    return {"compare_trajectories": {name: np.concatenate(rows) for name, rows in joined.items()}}


def picture(
    figure: Figure,
    tables: Tables,
    *,
    problem: int | None = None,
    part: str = "residual_decision",
    camera: Mapping[str, float] | None = None,
) -> None:
    """A plot a session, seen from the same side."""
    table = tables["compare_trajectories"]
    names = list(dict.fromkeys(table["session"].tolist()))
    words, axis = trajectories.PARTS[part]
    points = np.stack([table[f"component {number} (a.u.)"] for number in (1, 2, 3)])
    low, high = points.min(axis=1), points.max(axis=1)
    labels = [f"{axis} {number}" for number in (1, 2, 3)]
    for place, name in enumerate(names, start=1):
        own = np.asarray(table["session"]) == name
        axes = drawing.space(figure, (1, len(names), place), labels, camera or {})
        lines = trajectories.lines({key: values[own] for key, values in table.items()}, words)
        trajectories.draw(axes, lines, problem)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
        axes.set_title(name)
