"""Accuracy and loss of a network and of its disturbed copy against the noise at test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis import generalisation
from l2l_engine.analysis.probes import lesion
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.disturbing import disturbed
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.figure import Figure

SIGMAS = np.linspace(0.0, 0.5, 9)


def numbers(
    session: Session,
    *,
    problem: int,
    group: tuple[int, int],
    disturbance: Mapping[str, Any],
    repeats: int = 8,
) -> Tables:
    """One row a level, columns for both networks."""
    pair = disturbed(session, problem, group, disturbance)
    copy = lesion(pair.copy, tuple(disturbance["lesioned"]))
    table = {"sigma (a.u.)": SIGMAS}
    for name, weights in (("unperturbed", pair.weights), ("perturbed", copy)):
        found = generalisation.noise_generalisation(
            weights, pair.stimuli, session.config, SIGMAS, repeats=repeats
        )
        table[f"{name} answered right (%)"] = 100.0 * found.accuracy
        table[f"{name} task loss (nats)"] = found.loss
        table[f"{name} task loss s.e.m. (nats)"] = found.loss_sem
    return {"noise_curve": table}


def picture(figure: Figure, tables: Tables, config: RunConfig) -> None:
    """Accuracy above, loss below."""
    above, below = figure.subplots(2, 1, sharex=True)
    table = tables["noise_curve"]
    for name, colour in drawing.COPIES.items():
        right, loss = (
            table[f"{name} {words}"] for words in ("answered right (%)", "task loss (nats)")
        )
        above.plot(table["sigma (a.u.)"], right, "o-", ms=2.5, color=colour, label=name)
        error = table[f"{name} task loss s.e.m. (nats)"]
        below.errorbar(table["sigma (a.u.)"], loss, error, fmt="o-", ms=2.5, lw=0.8, color=colour)
    for axes in (above, below):
        axes.axvline(config.sigma_rec, color=drawing.GREY, ls="--", lw=0.6)
    above.set_ylabel("Right (%)")
    below.set_ylabel("Loss (nats)")
    below.set_xlabel("Recurrent noise, sigma (a.u.)")
    above.legend()
