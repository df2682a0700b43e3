"""Slow and fixed points as marks on a plane, and in words."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.analysis.fixed_points import Points
from l2l_gui.look.theme import theme
from l2l_gui.panels.columns import Column
from l2l_gui.plotting.legend import DIAMOND, DOT, RING, Sign

SIZE, MANY = 12, 4
SIGNS = (
    Sign(DOT, "text", "stable"),
    Sign(RING, "text", "unstable"),
    Sign(DIAMOND, "text", "fixed"),
)


class SlowPointMarks(pg.ScatterPlotItem):
    """Filled where stable, open where a direction grows, a diamond where fixed."""

    def __init__(self) -> None:
        super().__init__(size=SIZE)
        self._places: NDArray[np.float64] = np.empty((0, 2))
        self._points: Points | None = None

    @property
    def places(self) -> NDArray[np.float64]:
        """The x and the y of all marks, (2, n)."""
        return self._places.T

    def hide_points(self) -> None:
        """Mark nothing."""
        self._places, self._points = np.empty((0, 2)), None
        self.clear()

    def set_points(self, places: NDArray[np.float64], points: Points) -> None:
        """Mark ``points`` at ``places`` (n, 2)."""
        self._places, self._points = places, points
        self.restyle()

    def restyle(self) -> None:
        """Draw the marks in the theme's colours."""
        if self._points is None:
            return
        stable = self._points.unstable_dimensions == 0
        self.setData(
            pos=self._places,
            symbol=["d" if fixed else "o" for fixed in self._points.fixed],
            brush=[theme.brush("text" if full else "panel") for full in stable],
            pen=theme.pen("text", 2),
        )

    def describe(self, index: int) -> str:
        """A point and its slowest modes, for a tip."""
        assert self._points is not None
        return describe(self._points, index)

    def columns(self) -> tuple[Column, ...]:
        """What is marked, for export."""
        if self._points is None:
            return ()
        found = self._points
        return (
            Column("axis", self._places, "a.u."),
            Column("speed", found.speed, "a.u./s"),
            Column("relative speed", found.relative_speed),
            Column("eigenvalue real", found.eigenvalues.real, "1/s"),
            Column("eigenvalue imaginary", found.eigenvalues.imag, "1/s"),
        )


def describe(points: Points, index: int) -> str:
    """A point in words: its kind, how slow, how far, its leading eigenvalues."""
    values = points.eigenvalues[index, :MANY]
    written = ", ".join(
        f"{value.real:+.3g}" + (f" ± {abs(value.imag):.3g}i" if abs(value.imag) > 1e-9 else "")
        for value in values[values.imag >= 0]
    )
    kind = points.describe(index)
    return "\n".join(
        (
            f"{kind[0].upper()}{kind[1:]} ({points.name})",
            f"speed {points.speed[index]:.3g} a.u./s, "
            f"{points.relative_speed[index]:.0%} of the usual",
            f"{points.distance[index]:.3g} a.u. from the trajectories",
            f"leading eigenvalues {written} 1/s",
        )
    )
