"""Box plots whose five numbers are given, not computed by pyqtgraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PyQt6.QtCore import Qt

from l2l_gui.plotting.ink import PLAIN, Ink

LOWEST = 1e-3
"""Counts below this are drawn there on a logarithmic axis."""
FIVE = ("lower whisker", "lower quartile", "median", "upper quartile", "upper whisker")


class Boxes(pg.BoxplotItem):
    """A row of boxes of one look; their colours are those of the theme when they were shown."""

    def __init__(self, outline: Ink, fill: Ink, median: Ink = PLAIN) -> None:
        super().__init__(outlier=False)
        self._outline, self._fill, self._median = outline, fill, median
        self.setWhiskerFunc(lambda five: (float(np.min(five)), float(np.max(five))))

    def show_boxes(self, places: Sequence[float], five: Sequence[ArrayLike], width: float) -> None:
        """Draw boxes at ``places``, each by its :data:`FIVE` numbers, which are drawn as given."""
        outline = self._outline.pen
        outline.setCapStyle(Qt.PenCapStyle.FlatCap)  # a whisker of no length stays unseen
        self.setData(
            loc=list(places),
            data=list(five) or None,
            width=width,
            pen=outline,
            brush=self._fill.brush,
            medianPen=self._median.pen,
        )
        self.setVisible(bool(five))


def five_numbers(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The :data:`FIVE` numbers of values without NaN; whiskers reach 1.5 box heights at most."""
    low, median, high = np.percentile(values, [25, 50, 75])
    reach = 1.5 * (high - low)
    inside = values[(values >= low - reach) & (values <= high + reach)]
    return np.array([inside.min(), low, median, high, inside.max()])


def decades(counts: ArrayLike) -> NDArray[np.float64]:
    """Decimal logarithms of counts for a logarithmic axis; NaN stays NaN."""
    found: NDArray[Any] = np.log10(np.maximum(np.asarray(counts, np.float64), LOWEST))
    return found
