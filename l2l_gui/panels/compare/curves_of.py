"""Learning curves of several sessions or conditions, and the exponentials fitted to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import ExponentialFit
from l2l_engine.analysis.statistics import known_mean, mean_and_sem
from l2l_engine.config import L2LError
from l2l_gui.panels.compare.compared import Learned
from l2l_gui.panels.learn.learning_curve_of import WINDOW, mean_of

BOUNDS = (5.0, 200.0)  # problems; the paper's limits of the time constant


@dataclass(frozen=True, eq=False)
class SessionCurve:
    """A session's counts (K,), their moving mean (K,) and the fit from problem 2 on.

    Of a condition: the means over its networks, the standard error of the moving mean (K,), no fit.
    """

    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    fit: ExponentialFit | None
    words: str
    sem: NDArray[np.float64] | None = None

    @property
    def fitted(self) -> NDArray[np.float64]:
        """The fit at every problem, (K,); NaN for the first and where there is none."""
        values = np.full(len(self.counts), np.nan)
        if self.fit is not None:
            values[1:] = self.fit(np.arange(len(self.counts) - 1))
        return values

    @property
    def columns(self) -> tuple[tuple[str, NDArray[np.float64]], ...]:
        """What is exported: names, and a value for each problem."""
        last = ("fit", self.fitted) if self.sem is None else ("s.e.m.", self.sem)
        return (("trials to criterion", self.counts), (f"mean of {WINDOW}", self.mean), last)


def curves(given: tuple[Learned, ...]) -> list[SessionCurve]:
    """Moving mean and fit of each session's counts; the means over each condition's."""
    return [
        curve(learned.counts[0], learned.perturbs)
        if len(learned.counts) == 1
        else _mean_curve([curve(counts, learned.perturbs) for counts in learned.counts])
        for learned in given
    ]


def _mean_curve(networks: list[SessionCurve]) -> SessionCurve:
    """Mean and s.e.m. over networks at each problem; the words tell of the spread of their fits."""
    length = max(len(network.counts) for network in networks)
    missing = [(0, length - len(network.counts)) for network in networks]
    counts, means = (
        np.array(
            [
                np.pad(getattr(network, name), room, constant_values=np.nan)
                for network, room in zip(networks, missing, strict=True)
            ]
        )
        for name in ("counts", "mean")
    )
    mean, sem = mean_and_sem(means)
    fits = [network.fit for network in networks if network.fit is not None]
    if len(fits) < 2:
        return SessionCurve(known_mean(counts), mean, None, networks[0].words, sem)
    words = ", ".join(
        f"{symbol} {np.mean(values):.1f} ± {np.std(values, ddof=1):.1f} {unit}"
        for symbol, unit, values in (
            ("τ", "problems", [fit.time_constant for fit in fits]),
            ("asymptote", "trials", [fit.asymptote for fit in fits]),
        )
    )
    return SessionCurve(known_mean(counts), mean, None, f"{words} (mean ± SD)", sem)


def curve(counts: NDArray[np.float64], perturbs: bool) -> SessionCurve:
    """One session's curve, and its fit in words; a run that perturbs has no fit."""
    mean = mean_of(counts)
    if perturbs:
        return SessionCurve(counts, mean, None, "perturbation run, not fitted")
    if np.isfinite(counts[1:]).sum() < WINDOW:
        return SessionCurve(counts, mean, None, "too few problems for a fit")
    try:
        fit = learning_curve.fit_exponential(counts[1:])
    except L2LError:
        return SessionCurve(counts, mean, None, "too few problems for a fit")
    bound = any(np.isclose(fit.time_constant, limit, rtol=1e-3) for limit in BOUNDS)
    words = f"τ {fit.time_constant:.1f} problems{' (at its bound)' if bound else ''}, "
    return SessionCurve(counts, mean, fit, f"{words}asymptote {fit.asymptote:.1f} trials")
