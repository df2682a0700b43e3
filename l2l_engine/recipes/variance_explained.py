"""How much of the activity a group's subspaces explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis import geometry
from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"decision": drawing.GREEN, "stimulus": drawing.ORANGE}


def numbers(session: Session, *, problems: int, group: tuple[int, int]) -> Tables:
    """Shares by component of each subspace, and what they capture of each problem."""
    there, moments = groups.second_moments(session, problems)
    _, represented = groups.represented(session, group, problems=problems)
    found = represented.subspaces
    components = {"decision": found.decision_explained, "stimulus": found.stimulus_explained}
    captured = {"decision": found.decision, "stimulus": found.stimulus}
    return {
        "variance_explained": {"component": np.arange(1, len(found.decision_explained) + 1)}
        | {f"{name} component share (%)": 100 * share for name, share in components.items()},
        "captured": {"problem": np.array(there)}
        | {
            f"captured by the {name} subspace (%)": 100 * geometry.captured(moments, basis)
            for name, basis in captured.items()
        },
    }


def picture(figure: Figure, tables: Tables) -> None:
    """Cumulated shares beside what is captured of each problem."""
    left, right = figure.subplots(1, 2)
    shares, captured = tables["variance_explained"], tables["captured"]
    for name, colour in COLOURS.items():
        values = np.asarray(shares[f"{name} component share (%)"])
        left.plot(shares["component"], values, "o-", ms=2, color=colour, label=name)
        captures = captured[f"captured by the {name} subspace (%)"]
        right.plot(captured["problem"], captures, "o", ms=2, mew=0, color=colour, label=name)
    left.set_xlim(0.5, 12.5)
    left.set_xlabel("Component")
    left.set_ylabel("Share of the variance (%)")
    right.set_xlabel("Problem")
    right.set_ylabel("Captured (%)")
    right.set_ylim(0, 100)
    left.legend()
