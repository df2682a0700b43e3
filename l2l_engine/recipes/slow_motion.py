"""How one problem was learned, trial by trial: its loss, and how far its weights went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import predecessor
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(session: Session, *, problem: int, replayed: int = 0) -> Tables:
    """One row a trial; the first ``replayed`` trials are trained again, which brings TensorFlow."""
    losses = session.trial_column("task_loss")[session.trial_column("problem") == problem - 1]
    start = predecessor(session, problem)
    before = (session.initial if start == 0 else session.weights(start - 1)).recurrent
    before = before.astype(np.float64)
    change = np.full(len(losses), np.nan)
    if replayed:
        from l2l_engine.replay import Replay

        with Replay(session, problem) as replay:
            for place, step in zip(range(replayed), replay, strict=False):
                weights = replay.after_trial(step).recurrent
                change[place] = np.linalg.norm(weights - before)
    if len(change):
        change[-1] = np.linalg.norm(session.weights(problem - 1).recurrent - before)
    return {
        "slow_motion": {
            "trial": np.arange(1, len(losses) + 1),
            "task loss (nats)": losses,
            "recurrent change (a.u.)": change,
        }
    }


def picture(figure: Figure, tables: Tables) -> None:
    """The loss above the change of the recurrent weights."""
    above, below = figure.subplots(2, 1, sharex=True)
    table = tables["slow_motion"]
    above.semilogy(table["trial"], table["task loss (nats)"], color=drawing.BLUE, lw=0.6)
    below.plot(table["trial"], table["recurrent change (a.u.)"], color=drawing.WEIGHT)
    above.set_ylabel("Task loss (nats)")
    below.set_ylabel("Recurrent change (a.u.)")
    below.set_xlabel("Trial of the problem")
