"""A group's trajectories in one large view: every problem, their mean and the selected one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.subspaces import Parts
from l2l_engine.recipes import drawing, groups, trajectories
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import steps_drawn
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AXES = {
    "decision": ("decision 1", "decision 2", "decision 3"),
    "mixed": ("decision 1", "decision 2", "stimulus 1"),
}


def paths(coordinates: Parts, space: str) -> NDArray[np.floating]:
    """Whole trajectories along three axes, (K, 2, T, 3)."""
    decision = coordinates.mean_decision[:, None] + coordinates.residual_decision
    if space == "mixed":
        return np.concatenate([decision[..., :2], coordinates.stimulus[..., :1]], axis=-1)
    missing = max(0, 3 - decision.shape[-1])
    return np.pad(decision, [(0, 0)] * 3 + [(0, missing)])[..., :3]


def numbers(
    session: Session,
    *,
    group: tuple[int, int],
    problems: int,
    problem: int | None = None,
    stimulus: int | None = None,
    space: str = "decision",
) -> Tables:
    """A row for every point drawn."""
    there, found = groups.represented(session, group, problems=problems)
    steps, times = steps_drawn(session.config)
    thin = Parts(
        *(
            getattr(found.coordinates, name)[..., steps, :].astype(np.float32)
            for name in Parts.__slots__
        )
    )
    places = trajectories.drawn(there, problem)
    whole = {space: paths(thin, space)[places]}
    return {"stage": trajectories.tidy(whole, times, np.array(there)[places], stimulus)}


def picture(
    figure: Figure,
    tables: Tables,
    *,
    problem: int | None = None,
    space: str = "decision",
    camera: Mapping[str, float] | None = None,
) -> None:
    """One view that fills the sheet."""
    axes = drawing.space(figure, (1, 1, 1), AXES[space], camera or {})
    trajectories.draw(axes, trajectories.lines(tables["stage"], space), problem)
