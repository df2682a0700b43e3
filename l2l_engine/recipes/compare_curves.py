"""Learning curves of several sessions, and the exponentials fitted to them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis.learning_curve import fit_exponential, moving_mean
from l2l_engine.config import L2LError
from l2l_engine.figures import compose
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

WINDOW = 30


def numbers(sessions: Mapping[str, Session]) -> Tables:
    """One row a problem, three columns a session; NaN where a session has fewer problems."""
    longest = max(session.n_problems for session in sessions.values())
    table = {"problem": np.arange(1, longest + 1)}
    for name, session in sessions.items():
        counts = np.asarray(session.trials_to_criterion, np.float64)
        mean, fitted = np.full((2, len(counts)), np.nan)
        if len(counts) >= WINDOW:
            mean[1:] = moving_mean(counts[1:], WINDOW)
        enough = np.isfinite(counts[1:]).sum() >= WINDOW
        if enough and not session.config.run_type.perturbs:
            with contextlib.suppress(L2LError):  # too few problems
                fitted[1:] = fit_exponential(counts[1:])(np.arange(len(counts) - 1))
        for words, values in (
            ("trials to criterion", counts),
            (f"mean of {WINDOW}", mean),
            ("fit", fitted),
        ):
            room = (0, longest - len(values))
            table[f"{name} {words} (trials)"] = np.pad(values, room, constant_values=np.nan)
    return {"compare_curves": table}


def picture(figure: Figure, tables: Tables) -> None:
    """A colour a session: problems as dots, their mean thick, the fit dashed."""
    axes, table = figure.subplots(), tables["compare_curves"]
    names = [name.removesuffix(" fit (trials)") for name in table if name.endswith(" fit (trials)")]
    for place, name in enumerate(names):
        colour = drawing.SESSIONS[place % len(drawing.SESSIONS)]
        counts, mean, fit = (
            table[f"{name} {words} (trials)"]
            for words in ("trials to criterion", f"mean of {WINDOW}", "fit")
        )
        axes.plot(table["problem"], counts, "o", ms=1.5, mew=0, alpha=0.4, color=colour)
        axes.plot(table["problem"], mean, color=colour, lw=1.4)
        axes.plot(table["problem"], fit, "--", color=colour, lw=0.8)
        axes.plot([], [], color=colour, label=name)
    compose.plain_log(axes)
    axes.set_xlabel("Problem")
    axes.set_ylabel("Trials to criterion")
    axes.legend()
