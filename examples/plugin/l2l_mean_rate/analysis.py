"""The mean rate of each learned network, with the case that shows it is right."""

import numpy as np

from l2l_engine import network
from l2l_engine.analysis import known
from l2l_engine.analysis.record import Column, KnownAnswer, Takes, analysis


def known_rate():
    start = known.unconnected([0.5, 0.5], start=np.tanh(0.5))
    return KnownAnswer(
        "units at rest stay at tanh of their bias",
        (start, known.STIMULI, known.CONFIG),
        {"mean_rate": [np.tanh(0.5)] * 2},
    )


@analysis(
    name="mean-rate",
    title="Mean rate",
    takes=Takes.NETWORK,
    cost="10 ms a problem",
    columns={
        "stimulus": Column("", "stimulus shown, 0 or 1"),
        "mean_rate": Column("a.u.", "rate averaged over units and the trial"),
    },
    source="your laboratory",
    known=known_rate,
)
def mean_rate(weights, stimuli, config):
    """Mean firing rate of a trial of each stimulus."""
    states = network.simulate(weights[None], stimuli[None], config)[0]
    return {"stimulus": [0, 1], "mean_rate": states.mean(axis=(1, 2))}
