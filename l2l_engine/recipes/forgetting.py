"""How networks of a run do on its other problems, noise off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis import forgetting
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STRIDES = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
MOST = 41  # problems, and networks, tried


def numbers(session: Session, *, problems: int) -> Tables:
    """One row a problem and network; and the backward transfer to each problem."""
    stride = next((step for step in STRIDES if problems <= step * MOST), STRIDES[-1])
    tried = np.arange(1, problems + 1, stride)
    weights = session.weights(tried - 1)
    there = np.isfinite(weights.output_bias).all(axis=1)
    tried = tried[there]
    found = forgetting.forgetting(weights[there], session.stimuli[tried - 1], session.config)
    return {
        "forgetting": {
            "problem tried": np.repeat(tried, len(tried)),
            "network after problem": np.tile(tried, len(tried)),
            "loss (nats)": found.loss.ravel(),
            "accuracy": found.accuracy.ravel(),
        },
        "transfer": {"problem": tried, "backward transfer": found.backward_transfer},
    }


def picture(figure: Figure, tables: Tables, *, measure: str = "loss") -> None:
    """The matrix above the backward transfer."""
    tried = np.asarray(tables["transfer"]["problem"])
    size = len(tried)
    name = "loss (nats)" if measure == "loss" else "accuracy"
    values = np.asarray(tables["forgetting"][name]).reshape(size, size)
    step = int(np.diff(tried).min()) if size > 1 else 1
    whole = np.full(((tried[-1] - tried[0]) // step + 1,) * 2, np.nan)
    places = (tried - tried[0]) // step
    whole[np.ix_(places, places)] = (
        np.log10(np.maximum(values, 1e-3)) if measure == "loss" else values
    )
    start, stop = tried[0] - step / 2, tried[-1] + step / 2
    image, curve = figure.subplots(2, 1, height_ratios=(3, 1))
    drawing.matrix(
        image,
        whole,
        (start, stop, start, stop),
        "Task loss (log10 nats)" if measure == "loss" else "Accuracy",
        colours="viridis_r" if measure == "loss" else "viridis",
        aspect="auto",
    )
    image.set_ylabel("Problem tried")
    transfer = np.asarray(tables["transfer"]["backward transfer"])
    curve.plot(tried, transfer, "o-", color=drawing.BLUE, lw=0.8)
    curve.axhline(0, color=drawing.GREY, lw=0.6)
    curve.set_xlim(start, stop)
    curve.set_xlabel("Network after problem")
    curve.set_ylabel("Transfer")
