"""Trials to criterion of copies perturbed in several ways, each time on a new problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis.learning_curve import box
from l2l_engine.figures import compose
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.recipes import drawing
from l2l_engine.recipes.disturbing import disturbed
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from matplotlib.figure import Figure


def numbers(
    session: Session,
    *,
    problem: int,
    group: tuple[int, int],
    disturbance: Mapping[str, Any],
    kinds: Sequence[str],
    done: int,
    seed: int = 0,
) -> Tables:
    """One row a repetition of ``done``."""
    from l2l_engine.training.relearning import Relearning, draw_repeat

    pair, config = disturbed(session, problem, group, disturbance), session.config
    ways = [PerturbationKind(kind) for kind in kinds]
    counts, permutations = [], []
    for number in range(done):
        drawn = draw_repeat(
            pair.weights,
            config,
            pair.subspaces(disturbance["k"]),
            ways,
            seed=seed,
            number=number,
            derangement=disturbance["draw"] == "derangement",
        )
        learning = Relearning(
            config,
            [drawn.networks[kind] for kind in ways],
            drawn.stimuli,
            set_point=pair.set_point,
            seed=drawn.seed,
            frozen_readout=True,
        )
        try:
            while not learning.finished:
                learning.step()
        finally:
            learning.close()
        counts.append([each.trials_to_criterion for each in learning.outcomes if each is not None])
        permutations.append(drawn.permutation + 1)
    columns = {
        f"trials to criterion, {kind.value}": np.array([row[place] for row in counts])
        for place, kind in enumerate(ways)
    }
    return {
        "perturb_boxes": {"repetition": np.arange(1, done + 1)}
        | columns
        | {"permutation": np.array(permutations)}
    }


def picture(figure: Figure, tables: Tables) -> None:
    """A box a condition, with its repetitions."""
    axes, table = figure.subplots(), tables["perturb_boxes"]
    ways = [name for name in table if name.startswith("trials to criterion")]
    for place, name in enumerate(ways):
        values = np.asarray(table[name], float)
        known = values[np.isfinite(values)]
        if len(known):
            compose.boxes(axes, [place], [box(known)], ["C0"], 0.5)
            across = place + compose.side_by_side(len(known), 0.4)
            axes.plot(across, known, "o", ms=2.2, mew=0, color=drawing.BLUE)
    axes.set_xticks(range(len(ways)), [name.split(", ")[1].replace("_", " ") for name in ways])
    axes.set_ylabel("Trials to criterion")
    compose.plain_log(axes)
