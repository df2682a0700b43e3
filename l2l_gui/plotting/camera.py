"""The viewpoint of a 3-D plot, shared by every view that rotates with it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

HOME = (-60.0, 25.0)
SPIN_DEGREES_PER_SECOND = 24.0
SPIN_INTERVAL_MS = 33
ZOOM_RANGE = (0.1, 100.0)


class Camera(QObject):
    """A turntable: azimuth and elevation in degrees, zoom, and pan in units of the radius.

    Give one camera to several plots and they turn together.
    """

    changed = pyqtSignal()
    spinning_changed = pyqtSignal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.azimuth, self.elevation = HOME
        self.zoom = 1.0
        self.pan = (0.0, 0.0)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(SPIN_INTERVAL_MS)
        self._timer.timeout.connect(self._advance)

    def matrix(self) -> NDArray[np.float64]:
        """Rotation (3, 3) from data to (right, up, towards the viewer)."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        sa, ca, se, ce = math.sin(a), math.cos(a), math.sin(e), math.cos(e)
        return np.array([[-sa, ca, 0.0], [-se * ca, -se * sa, ce], [ce * ca, ce * sa, se]])

    def rotate(self, azimuth: float, elevation: float) -> None:
        """Turn by these degrees; the elevation stops at the poles."""
        self.look_from(self.azimuth + azimuth, self.elevation + elevation)

    def look_from(self, azimuth: float, elevation: float) -> None:
        """Set the direction of view, in degrees."""
        self.azimuth = (azimuth + 180.0) % 360.0 - 180.0
        self.elevation = min(90.0, max(-90.0, elevation))
        self.changed.emit()

    def zoom_by(self, factor: float) -> None:
        """Magnify about the centre of the view."""
        self.zoom = min(ZOOM_RANGE[1], max(ZOOM_RANGE[0], self.zoom * factor))
        self.changed.emit()

    def pan_by(self, right: float, up: float) -> None:
        """Move the view's centre, in units of the plot's radius."""
        self.pan = (self.pan[0] + right, self.pan[1] + up)
        self.changed.emit()

    def reset(self) -> None:
        """Stop spinning and go back to the first view."""
        self.set_spinning(False)
        self.zoom, self.pan = 1.0, (0.0, 0.0)
        self.look_from(*HOME)

    # -- spinning ----------------------------------------------------------------------

    @property
    def spinning(self) -> bool:
        """Whether the view rotates continuously."""
        return self._timer.isActive()

    def set_spinning(self, on: bool) -> None:
        """Turn slowly about the vertical axis, or stop."""
        if on == self.spinning:
            return
        if on:
            self._clock.start()
            self._timer.start()
        else:
            self._timer.stop()
        self.spinning_changed.emit(on)

    def _advance(self) -> None:
        self.rotate(SPIN_DEGREES_PER_SECOND * self._clock.restart() / 1000.0, 0.0)

    # -- settings ----------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The view as plain numbers, for settings."""
        return {
            "azimuth": self.azimuth,
            "elevation": self.elevation,
            "zoom": self.zoom,
            "pan": list(self.pan),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what :meth:`state` returned; what is missing or not a number is ignored."""
        try:
            azimuth, elevation = float(state["azimuth"]), float(state["elevation"])
            zoom, (right, up) = float(state["zoom"]), map(float, state["pan"])
        except (KeyError, TypeError, ValueError):
            return
        if not all(map(math.isfinite, (azimuth, elevation, zoom, right, up))):
            return
        self.zoom = min(ZOOM_RANGE[1], max(ZOOM_RANGE[0], zoom))
        self.pan = (right, up)
        self.look_from(azimuth, elevation)
