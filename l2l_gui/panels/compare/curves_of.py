"""Learning curves of several sessions, and the exponentials fitted to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import ExponentialFit
from l2l_engine.config import L2LError
from l2l_gui.panels.compare.compared import Learned
from l2l_gui.panels.learn.learning_curve_of import WINDOW, mean_of

BOUNDS = (5.0, 200.0)  # problems; the paper's limits of the time constant


@dataclass(frozen=True, eq=False)
class SessionCurve:
    """One session's counts (K,), their moving mean (K,) and the fit from problem 2 on."""

    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    fit: ExponentialFit | None
    words: str

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
        return (
            ("trials to criterion", self.counts),
            (f"mean of {WINDOW}", self.mean),
            ("fit", self.fitted),
        )


def curves(given: tuple[Learned, ...]) -> list[SessionCurve]:
    """Moving mean and fit of each session's counts."""
    return [curve(learned.counts, learned.perturbs) for learned in given]


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
