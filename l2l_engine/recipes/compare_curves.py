"""Learning curves of several sessions and the exponentials fitted to them, or of conditions."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.learning_curve import fit_exponential, moving_mean
from l2l_engine.analysis.statistics import known_mean, mean_and_sem
from l2l_engine.config import L2LError
from l2l_engine.figures import compose
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

WINDOW = 30
COUNTS, MEAN = "trials to criterion", f"mean of {WINDOW}"
Columns = dict[str, NDArray[np.float64]]


def numbers(
    sessions: Mapping[str, Session], *, conditions: Mapping[str, Sequence[str]] | None = None
) -> Tables:
    """One row a problem, three columns a session or condition; NaN past its last problem.

    Parameters
    ----------
    sessions : mapping of str to Session
    conditions : mapping of str to names of sessions, optional
        Means over these sessions, with the standard error of the moving mean in place of a fit.
    """
    longest = max(session.n_problems for session in sessions.values())
    curves = {name: _curves(session, longest) for name, session in sessions.items()}
    if conditions is not None:
        curves = {
            name: _mean_curves([curves[member] for member in members])
            for name, members in conditions.items()
        }
    table: dict[str, Any] = {"problem": np.arange(1, longest + 1)}
    for name, columns in curves.items():
        table |= {f"{name} {words} (trials)": values for words, values in columns.items()}
    return {"compare_curves": table}


def _curves(session: Session, longest: int) -> Columns:
    counts = np.asarray(session.trials_to_criterion, np.float64)
    mean, fitted = np.full((2, len(counts)), np.nan)
    if len(counts) >= WINDOW:
        mean[1:] = moving_mean(counts[1:], WINDOW)
    enough = np.isfinite(counts[1:]).sum() >= WINDOW
    if enough and not session.config.run_type.perturbs:
        with contextlib.suppress(L2LError):  # too few problems
            fitted[1:] = fit_exponential(counts[1:])(np.arange(len(counts) - 1))
    room = (0, longest - len(counts))
    columns = {COUNTS: counts, MEAN: mean, "fit": fitted}
    return {
        words: np.pad(values, room, constant_values=np.nan) for words, values in columns.items()
    }


def _mean_curves(networks: list[Columns]) -> Columns:
    if len(networks) == 1:
        return networks[0]
    mean, sem = mean_and_sem([network[MEAN] for network in networks])
    return {
        COUNTS: known_mean([network[COUNTS] for network in networks]),
        MEAN: mean,
        "s.e.m.": sem,
    }


def picture(figure: Figure, tables: Tables) -> None:
    """A colour a session or condition: problems as dots, the mean thick, its s.e.m. or fit."""
    axes, table = figure.subplots(), tables["compare_curves"]
    ending = f" {MEAN} (trials)"
    names = [column.removesuffix(ending) for column in table if column.endswith(ending)]
    for place, name in enumerate(names):
        colour = drawing.SESSIONS[place % len(drawing.SESSIONS)]
        counts, mean = table[f"{name} {COUNTS} (trials)"], table[f"{name}{ending}"]
        axes.plot(table["problem"], counts, "o", ms=1.5, mew=0, alpha=0.4, color=colour)
        axes.plot(table["problem"], mean, color=colour, lw=1.4)
        if f"{name} fit (trials)" in table:
            axes.plot(table["problem"], table[f"{name} fit (trials)"], "--", color=colour, lw=0.8)
        else:
            sem = table[f"{name} s.e.m. (trials)"]
            edges = mean - sem, mean + sem
            axes.fill_between(table["problem"], *edges, alpha=0.25, lw=0, color=colour)
        axes.plot([], [], color=colour, label=name)
    compose.plain_log(axes)
    axes.set_xlabel("Problem")
    axes.set_ylabel("Trials to criterion")
    axes.legend()
