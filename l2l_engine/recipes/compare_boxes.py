"""Trials to criterion of several sessions or conditions as boxes, one for fifty problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis import learning_curve
from l2l_engine.figures import compose
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

SIZE = 50
FIVE = ("lower whisker", "lower quartile", "median", "upper quartile", "upper whisker")


def numbers(
    sessions: Mapping[str, Session], *, conditions: Mapping[str, Sequence[str]] | None = None
) -> Tables:
    """One row a box; the very first problem is left out.

    Parameters
    ----------
    sessions : mapping of str to Session
    conditions : mapping of str to names of sessions, optional
        Boxes of all these sessions' problems together.
    """
    perturbs = any(session.config.run_type.perturbs for session in sessions.values())
    counts = {
        name: np.asarray(session.trials_to_criterion, np.float64)
        for name, session in sessions.items()
    }
    pooled = {name: [own] for name, own in counts.items()}
    if conditions is not None:
        pooled = {
            name: [counts[member] for member in members] for name, members in conditions.items()
        }
    rows = []
    for name, networks in pooled.items():
        for box in learning_curve.pooled_boxes(networks, SIZE, skipped=0 if perturbs else 1):
            five = (
                box.whiskers[0],
                box.quartiles[0],
                box.median,
                *box.quartiles[1:],
                box.whiskers[1],
            )
            outliers = len(box.outliers)
            rows.append((name, box.first + 1, box.last + 1, *five, box.mean, outliers, box.failed))
    headings = [
        "session" if conditions is None else "condition",
        "first problem",
        "last problem",
        *(f"{name} (trials)" for name in FIVE),
        "mean (trials)",
        "outliers",
        "not learned",
    ]
    return {
        "compare_boxes": dict(zip(headings, map(np.array, zip(*rows, strict=True)), strict=True))
    }


def picture(figure: Figure, tables: Tables, *, linear: bool = False) -> None:
    """Groups of problems as categories, a colour a session or condition."""
    axes, table = figure.subplots(), tables["compare_boxes"]
    own = table["session" if "session" in table else "condition"].tolist()
    names = list(dict.fromkeys(own))
    spans = list(zip(table["first problem"].tolist(), table["last problem"].tolist(), strict=True))
    groups = sorted({(first - 1) // SIZE for first, _ in spans})
    width = 0.8 / len(names)
    for row, (name, (first, _)) in enumerate(zip(own, spans, strict=True)):
        place = names.index(name)
        centre = groups.index((first - 1) // SIZE) + (place - (len(names) - 1) / 2) * width
        five = [float(table[f"{words} (trials)"][row]) for words in FIVE]
        drawing.five_numbers(
            axes, centre, five, drawing.SESSIONS[place % len(drawing.SESSIONS)], 0.85 * width
        )
    for place, name in enumerate(names):
        axes.plot([], [], color=drawing.SESSIONS[place % len(drawing.SESSIONS)], label=name)
    words = {(first - 1) // SIZE: f"{first}–{last}" for first, last in spans}
    axes.set_xticks(range(len(groups)), [words[group] for group in groups])
    axes.set_xlabel("Problems")
    axes.set_ylabel("Trials to criterion")
    if not linear:
        compose.plain_log(axes)
    axes.legend()
