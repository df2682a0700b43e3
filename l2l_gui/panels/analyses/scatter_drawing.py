"""What a scatter plot draws of its points: their places, the line of fit, and the words beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import statistics
from l2l_engine.analysis.statistics import RankCorrelation
from l2l_engine.config import L2LError
from l2l_gui.panels.analyses.catalogue import Quantity
from l2l_gui.panels.analyses.relating import Points
from l2l_gui.panels.view import View

FITTED = 100  # points of a line of fit


def drawable(points: Points, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points with NaN where a logarithmic axis has no place."""
    x = np.where(points.x > 0, points.x, np.nan) if view["log_x"] else points.x
    y = np.where(points.y > 0, points.y, np.nan) if view["log_y"] else points.y
    return x, y


def on_axes(
    x: NDArray[np.float64], y: NDArray[np.float64], view: View
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numbers as places on the axes as drawn: their logarithms where an axis is logarithmic."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(x) if view["log_x"] else x, np.log10(y) if view["log_y"] else y


def line_of_fit(
    x: NDArray[np.float64], y: NDArray[np.float64], view: View
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The line of fit in the axes as drawn; None where there is none."""
    across, up = on_axes(x, y, view)
    try:
        fit = statistics.linear_fit(across, up)
    except L2LError:
        return None
    ends = across[np.isfinite(across) & np.isfinite(up)]
    at = np.linspace(ends.min(), ends.max(), FITTED)
    line = fit.intercept + fit.slope * at
    return (10**at if view["log_x"] else at), (10**line if view["log_y"] else line)


def said(found: RankCorrelation, name: str = "") -> str:
    """``seed 1: Spearman ρ = 0.48, p = 4e-07, n = 100``."""
    words = f"Spearman ρ = {found.rho:.2f}, p = {found.p:.1g}, n = {found.n}"
    if not np.isfinite(found.rho):
        words = f"no correlation, n = {found.n}"
    return f"{name}: {words}" if name else words


def on_axis(quantity: Quantity) -> str:
    """What fits beside a plot: the column without the analysis' title, which the list above has."""
    words = quantity.column.replace("_", " ") or quantity.words
    words = words[:1].upper() + words[1:]
    return f"{words} ({quantity.unit})" if quantity.unit else words
