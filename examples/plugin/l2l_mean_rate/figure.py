"""The mean rate over the first problems, a line a network."""

from dataclasses import dataclass

import numpy as np

from l2l_engine.config import RunType
from l2l_engine.figures import compose
from l2l_engine.figures.needs import Needs
from l2l_engine.figures.sources import select
from l2l_mean_rate.analysis import mean_rate

NUMBER, TITLE = "mean-rate", "Mean rate over problems"
NEEDS = Needs(tuple(RunType), 1, True, "The mean rate needs a session with a learned problem.")


@dataclass(frozen=True)
class Rates:
    rates: list  # an array (problems,) a network
    caption: str = "Rate averaged over units, stimuli and the trial, a line a network."


def compute(sources, progress=None):
    rates = []
    for number, source in enumerate(networks := select(sources, NEEDS)):
        problems = range(min(20, len(source.trials_to_criterion)))
        pairs = zip(*source.networks(problems), strict=True)
        rates.append([np.mean(mean_rate(*pair, source.config)["mean_rate"]) for pair in pairs])
        if progress is not None:
            progress((number + 1) / len(networks))
    return Rates(rates)


@compose.in_style
def draw(content):
    figure = compose.sheet(60)
    axes = figure.add_subplot(xlabel="Problem", ylabel="Mean rate (a.u.)")
    for rates in content.rates:
        axes.plot(range(1, len(rates) + 1), rates)
    return figure


def table(content):
    return {f"network_{k}": {"mean_rate": rates} for k, rates in enumerate(content.rates, 1)}
