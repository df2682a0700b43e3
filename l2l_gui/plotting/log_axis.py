"""A logarithmic axis whose labels do not overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_gui.plotting.fitting import TICK_ROOM

CLOSE = 2.2
"""With fewer decades in view than this, 2 and 5 are labelled too."""
SCIENTIFIC = 1e5
TICK_WIDTH = 40
"""Pixels a tick's words take of a horizontal axis."""


class LogAxis(pg.AxisItem):
    """Ticks at 1 to 9 of every decade; labels at decades, and at 2 and 5 when there are few."""

    def logTickValues(  # noqa: N802
        self, low: float, high: float, size: float, standard: Any
    ) -> list[tuple[float | None, list[float]]]:
        """Labelled ticks, then those between."""
        decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
        room = TICK_ROOM if self.orientation in ("left", "right") else TICK_WIDTH
        most = max(2.0, size / room)
        labelled = (1, 2, 5) if high - low < CLOSE and 3 * (high - low) < most else (1,)
        if high - low > most:  # numbers of every decade would run into each other
            step = int(np.ceil((high - low) / most))
            tens = [float(decade) for decade in decades if low <= decade <= high]
            spaced = [decade for decade in tens if decade % step == 0]
            return [(1.0, spaced), (None, [decade for decade in tens if decade % step])]

        def ticks(mantissas: Any) -> list[float]:
            found = [decade + float(np.log10(factor)) for decade in decades for factor in mantissas]
            return [tick for tick in found if low <= tick <= high]

        return [(1.0, ticks(labelled)), (None, ticks(set(range(1, 10)) - set(labelled)))]

    def logTickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float | None
    ) -> list[str]:
        """Plain numbers."""
        if spacing is None:
            return [""] * len(values)
        return [_plain(float(10**value) * scale) for value in values]


def _plain(value: float) -> str:
    if value >= SCIENTIFIC or value < 1 / SCIENTIFIC:
        return f"{value:.0e}"
    return f"{value:,.6g}"
