"""Choices of a network and of its disturbed copy on the way from one stimulus to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis import generalisation
from l2l_engine.analysis.probes import lesion
from l2l_engine.recipes import drawing
from l2l_engine.recipes.disturbing import disturbed
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.figure import Figure

MORPHS = np.linspace(0.0, 1.0, 21)


def numbers(
    session: Session,
    *,
    problem: int,
    group: tuple[int, int],
    disturbance: Mapping[str, Any],
    repeats: int = 8,
) -> Tables:
    """One row a morph, columns for both networks."""
    pair = disturbed(session, problem, group, disturbance)
    copy = lesion(pair.copy, tuple(disturbance["lesioned"]))
    table = {"morph (%)": 100.0 * MORPHS}
    for name, weights in (("unperturbed", pair.weights), ("perturbed", copy)):
        found = generalisation.psychometric(
            weights,
            pair.stimuli,
            session.config,
            MORPHS,
            repeats=repeats,
            sigma_rec=disturbance["sigma_rec"],
            seed=disturbance["noise_seed"],
        )
        table[f"{name} share of response 1"] = found.share
        table[f"{name} fraction choosing response 1"] = found.chosen
    return {"psychometric": table}


def picture(figure: Figure, tables: Tables) -> None:
    """A curve a network."""
    axes, table = figure.subplots(), tables["psychometric"]
    for name, colour in drawing.COPIES.items():
        share = table[f"{name} share of response 1"]
        axes.plot(table["morph (%)"], share, "o-", ms=2.5, color=colour, label=name)
    axes.axhline(0.5, color=drawing.GREY, ls=":", lw=0.6)
    axes.set_ylim(-0.04, 1.04)
    axes.set_xlabel("Morph from stimulus 0 to stimulus 1 (%)")
    axes.set_ylabel("Share of response 1")
    axes.legend()
