"""The trajectories of a network and of its disturbed copy along three directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import task
from l2l_engine.recipes import drawing
from l2l_engine.recipes.disturbing import disturbed
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.figure import Figure

AXES = 3
SPACES = {
    "decision": ("D1", "D2", "D3"),
    "stimulus": ("S1", "S2", "S3"),
    "mixed": ("D1", "D2", "S1"),
}


def numbers(
    session: Session,
    *,
    problem: int,
    group: tuple[int, int],
    disturbance: Mapping[str, Any],
    space: str = "decision",
) -> Tables:
    """One row a time step, along the directions shown."""
    pair = disturbed(session, problem, group, disturbance)
    found = pair.subspaces(max(AXES, disturbance["k"]))
    from_both = np.column_stack([found.decision[:, :2], found.stimulus[:, 0]])
    basis = from_both if space == "mixed" else getattr(found, space)[:, :AXES]
    columns = {
        f"stimulus {k} {name} along {label} (a.u.)": along
        for k in range(task.RESPONSES)
        for name, states in pair.states.items()
        for label, along in zip(
            SPACES[space],
            np.asarray(states[k] @ basis.astype(states.dtype), np.float64).T,
            strict=True,
        )
    }
    return {"perturb_trajectories": {"time (ms)": task.times(session.config)} | columns}


def picture(
    figure: Figure,
    tables: Tables,
    *,
    space: str = "decision",
    stimulus: int | None = None,
    camera: Mapping[str, float] | None = None,
) -> None:
    """The network's trajectories thick, its copy's thin."""
    table, names = tables["perturb_trajectories"], SPACES[space]
    axes = drawing.space(figure, (1, 1, 1), names, camera or {})
    for k, colour in enumerate(drawing.STIMULUS):
        for name, look in (("unperturbed", (colour, 1.6)), ("perturbed", ("C0", 0.7))):
            heads = [f"stimulus {k} {name} along {label} (a.u.)" for label in names]
            if stimulus in (None, k) and heads[0] in table:
                line = np.stack([table[head] for head in heads], axis=1)
                label = f"stimulus {k}, {name}"
                drawing.paths(axes, [line], look[0], width=look[1], label=label)
    axes.legend()
