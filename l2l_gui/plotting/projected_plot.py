"""A rotatable 3-D plot of trajectories, drawn with ordinary 2-D curves.

No OpenGL: it works on remote desktops and exports as true vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PyQt6.QtCore import QEvent, QPointF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QEnterEvent, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from l2l_gui.look.theme import Palette, theme
from l2l_gui.plotting import projection
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.projected_items import (
    DEPTH_CLASSES,
    Family,
    FamilyItems,
    MarkerItems,
    Markers,
    Triad,
)
from l2l_gui.plotting.projection import FloatArray

__all__ = ["Family", "Markers", "ProjectedPlot"]

DEGREES_PER_PIXEL = 0.4
KEY_DEGREES = 5.0
PICK_PIXELS = 8.0
MARGIN, FILLED = 1.08, 1.2
"""Of the frame, beyond what it holds: that which stands still, and that which follows the view."""
GROWN_FROM, MOST_GROWTH = 520.0, 3.0
"""Pixels of a frame from which lines and type grow with it, and how much at most."""


class _View(pg.ViewBox):
    """Drag turns, shift-drag or middle-drag pans, the wheel zooms."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.camera = camera
        self.radius = 1.0
        self.setAspectLocked(True)
        self.setMouseEnabled(False, False)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        event.accept()
        step = event.screenPos() - event.lastScreenPos()
        button, shift = event.button(), Qt.KeyboardModifier.ShiftModifier
        if button == Qt.MouseButton.MiddleButton or event.modifiers() & shift:
            width, height = self.viewPixelSize()
            self.camera.pan_by(-step.x() * width / self.radius, step.y() * height / self.radius)
        elif button == Qt.MouseButton.LeftButton:
            self.camera.rotate(-step.x() * DEGREES_PER_PIXEL, step.y() * DEGREES_PER_PIXEL)
        elif button == Qt.MouseButton.RightButton:
            self.camera.zoom_by(1.01 ** (step.x() - step.y()))

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        event.accept()
        self.camera.zoom_by(1.0015 ** event.delta())


class ProjectedPlot(pg.PlotWidget):
    """Trajectories in three dimensions under an orthographic projection.

    Keys: arrows turn, + and - zoom, 1 2 3 look along an axis, S spins, R resets.

    Signals
    -------
    picked(family, index) : a trajectory was clicked.
    hovered(family, index) : the trajectory under the pointer, (-1, -1) for none.
    """

    picked = pyqtSignal(int, int)
    hovered = pyqtSignal(int, int)

    def __init__(self, camera: Camera | None = None, parent: QWidget | None = None) -> None:
        self.camera = camera if camera is not None else Camera()
        self._view = _View(self.camera)
        super().__init__(parent=parent, viewBox=self._view, enableMenu=False)
        self.plotItem.has_grid = False
        if camera is None:
            self.camera.setParent(self)
        self._families: list[FamilyItems] = []
        self._markers: list[MarkerItems] = []
        self._cursor: int | None = None
        self._hover = (-1, -1)
        self.fills = False
        """Whether the trajectories fill the frame, whatever its shape, as the camera goes round."""
        self.scale = 1.0
        """How much larger lines, marks and type are drawn, where they fill a large frame."""
        self._held: FloatArray = np.zeros((0, 3))
        self._bounds: tuple[FloatArray, float] | None = None
        self._centre: FloatArray = np.zeros(3)
        self._radius = 1.0
        self._measured = False
        self._dirty = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Rotatable 3-D plot")
        self.setAccessibleDescription("Arrow keys turn, plus and minus zoom, S spins, R resets")
        for side in ("left", "bottom"):
            self.hideAxis(side)
        self.hideButtons()
        self._legend = self.addLegend(offset=(-8, 8))
        self._highlight = pg.PlotCurveItem(antialias=True)
        self._highlight.setZValue(DEPTH_CLASSES + 1)
        self._view.addItem(self._highlight, ignoreBounds=True)
        self._triad = Triad()
        for item in self._triad.items:
            self._view.addItem(item, ignoreBounds=True)
        self._coalesce = QTimer(self)
        self._coalesce.setSingleShot(True)
        self._coalesce.setInterval(0)
        self._coalesce.timeout.connect(self._redraw_if_seen)
        self.camera.changed.connect(self._invalidate)
        self._view.sigResized.connect(self._invalidate)
        theme.changed.connect(self._restyle)
        self.scene().sigMouseClicked.connect(self._clicked)
        self._pointer = pg.SignalProxy(
            self.scene().sigMouseMoved, rateLimit=30, slot=self._pointer_moved
        )
        self._restyle()

    # -- content -----------------------------------------------------------------------

    def set_families(self, families: Sequence[Family]) -> None:
        """Show these trajectories in place of the present ones; what stays costs nothing."""
        for items, family in zip(self._families, families, strict=False):
            items.show(family)
        for old in self._families[len(families) :]:
            for item in old.items:
                self._view.removeItem(item)
        new = [FamilyItems(family) for family in families[len(self._families) :]]
        for added in new:
            if self.scale != 1.0:
                added.scale = self.scale
                added.restyle()
            for item in added.items:
                self._view.addItem(item, ignoreBounds=True)
        self._families = [*self._families[: len(families)], *new]
        self._set_hover((-1, -1))
        self._renew()

    def set_markers(self, markers: Sequence[Markers]) -> None:
        """Show these points in place of the present ones."""
        for items, spec in zip(self._markers, markers, strict=False):
            items.show(spec)
        for old in self._markers[len(markers) :]:
            self._view.removeItem(old.item)
        new = [MarkerItems(spec) for spec in markers[len(self._markers) :]]
        for added in new:
            if self.scale != 1.0:
                added.scale = self.scale
                added.restyle()
            self._view.addItem(added.item, ignoreBounds=True)
        self._markers = [*self._markers[: len(markers)], *new]
        self._renew()

    def set_cursor(self, index: int | None) -> None:
        """Mark time step ``index`` on every trajectory; None removes the marks."""
        self._cursor = index
        self._invalidate()

    def set_axes(self, names: Sequence[str], unit: str = "a.u.") -> None:
        """Name the three axes and their common unit."""
        first, second, third = names
        self._triad.names, self._triad.unit = (first, second, third), unit
        self._invalidate()

    def set_bounds(self, centre: ArrayLike | None, radius: float = 1.0) -> None:
        """Fix what is in view, so that several plots share axes; None follows the data."""
        self._bounds = None if centre is None else (np.asarray(centre, dtype=float), radius)
        self._measured = False
        self._invalidate()

    def bounds(self) -> tuple[FloatArray, float]:
        """Centre (3,) and radius of what is in view at zoom 1."""
        self._measure()
        return self._centre, self._radius

    def set_highlight(self, family: int, index: int) -> None:
        """Draw one trajectory on top of the others; (-1, -1) for none."""
        self._set_hover((family, index))

    def clear_all(self) -> None:
        """Remove all trajectories and markers."""
        self.set_families([])
        self.set_markers([])

    def _renew(self) -> None:
        if self._legend.items:
            self._legend.clear()
        for family in self._families:
            if family.spec.name:
                self._legend.addItem(family.legend, family.spec.name)
        for markers in self._markers:
            if markers.spec.name:
                self._legend.addItem(markers.item, markers.spec.name)
        self._measured = False
        self._invalidate()

    def _measure(self) -> None:
        if self._measured:
            return
        self._measured = True
        framed = [family for family in self._families if family.spec.framed]
        clouds = [family.full[:, family.lines.samples].reshape(-1, 3) for family in framed]
        clouds += [markers.points for markers in self._markers]
        self._centre, self._radius = self._bounds or projection.bounding_sphere(clouds)
        if self.fills:
            held = np.concatenate([np.empty((0, 3)), *clouds]) - self._centre
            self._held = held[np.isfinite(held).all(axis=1)]
        self._view.radius = self._radius

    # -- drawing -----------------------------------------------------------------------

    def _invalidate(self) -> None:
        self._dirty = True
        self._coalesce.start()

    def _redraw_if_seen(self) -> None:
        if self.isVisible():
            self.ensure_drawn()

    def ensure_drawn(self) -> None:
        """Catch up with the last changes at once, before a picture is taken."""
        if self._dirty:
            self.redraw()

    def redraw(self) -> None:
        """Project and draw everything now; normally once per turn of the event loop."""
        self._dirty = False
        self._measure()
        if self.fills:
            self._grow()
        matrix = self.camera.matrix()
        for family in self._families:
            family.project(matrix, self._centre, self._radius)
            family.place_cursor(self._cursor, matrix, self._centre)
        for markers in self._markers:
            markers.project(matrix, self._centre)
        self._draw_highlight()
        self._frame()
        self._triad.draw(matrix, self._view)

    def _grow(self) -> None:
        """Draw larger in a larger frame."""
        side = min(self._view.width(), self._view.height())
        scale = min(MOST_GROWTH, max(1.0, side / GROWN_FROM))
        if abs(scale - self.scale) < 0.05:
            return
        self.scale = scale
        parts: list[FamilyItems | MarkerItems | Triad] = [
            *self._families,
            *self._markers,
            self._triad,
        ]
        for part in parts:
            part.scale = scale
            part.restyle()

    def _frame(self) -> None:
        half = self._radius * MARGIN / self.camera.zoom
        x, y = (self._radius * shift for shift in self.camera.pan)
        if self.fills:
            (middle_x, middle_y), (across, up) = projection.seen_box(
                self._held, self.camera.matrix()
            )
            x, y, zoom = x + middle_x, y + middle_y, FILLED / self.camera.zoom
            width, height = max(1.0, self._view.width()), max(1.0, self._view.height())
            half_y = zoom * max(up, across * height / width)
            half_x = half_y * width / height
            spans = {"xRange": (x - half_x, x + half_x), "yRange": (y - half_y, y + half_y)}
            self._view.setRange(**spans, padding=0)
            return
        self._view.setRange(xRange=(x - half, x + half), yRange=(y - half, y + half), padding=0)

    def _draw_highlight(self) -> None:
        family, index = self._hover
        if not 0 <= family < len(self._families):
            self._highlight.setData([], [])
            return
        shown = self._families[family]
        chosen = shown.lines.joined & (shown.lines.owner == index)
        x, y, connect = projection.subset(shown.flat, chosen)
        self._highlight.setPen(shown.pen(0.0, 2.0))
        self._highlight.setData(x, y, connect=connect)

    def _restyle(self, _palette: Palette | None = None) -> None:
        if self.getPlotItem() is None:
            return  # closed
        theme.style_plot(self, grid=False)
        self._triad.restyle()
        for family in self._families:
            family.restyle()
        for markers in self._markers:
            markers.restyle()
        self._renew()
        self._redraw_if_seen()

    # -- pointer and keys --------------------------------------------------------------

    def _trajectory_at(self, scene_position: QPointF) -> tuple[int, int]:
        if not self._view.sceneBoundingRect().contains(scene_position):
            return (-1, -1)
        here = self._view.mapSceneToView(scene_position)
        best, found = PICK_PIXELS * self._view.viewPixelSize()[0], (-1, -1)
        for number, family in enumerate(self._families):
            if not len(family.flat):
                continue
            segment, distance = projection.nearest_segment(
                family.flat, family.lines.joined, (here.x(), here.y())
            )
            if distance <= best:
                best, found = distance, (number, int(family.lines.owner[segment]))
        return found

    def _pointer_moved(self, arguments: tuple[QPointF]) -> None:
        if self.isVisible() and not self._dirty:
            self._set_hover(self._trajectory_at(arguments[0]))

    def _set_hover(self, hover: tuple[int, int]) -> None:
        if hover == self._hover:
            return
        self._hover = hover
        family, index = hover
        known = 0 <= family < len(self._families)
        name = self._families[family].spec.name if known else ""
        self.setToolTip(f"{name} {index + 1}".strip() if known else "")
        self._draw_highlight()
        self.hovered.emit(family, index)

    def _clicked(self, event: Any) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        found = self._trajectory_at(event.scenePos())
        if found[0] >= 0:
            event.accept()
            self.picked.emit(*found)

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        """The action of a key; none with Ctrl, Alt or Meta."""
        allowed = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        if event.modifiers() & ~allowed:
            return None
        camera = self.camera
        actions: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Left: lambda: camera.rotate(-KEY_DEGREES, 0),
            Qt.Key.Key_Right: lambda: camera.rotate(KEY_DEGREES, 0),
            Qt.Key.Key_Up: lambda: camera.rotate(0, KEY_DEGREES),
            Qt.Key.Key_Down: lambda: camera.rotate(0, -KEY_DEGREES),
            Qt.Key.Key_Plus: lambda: camera.zoom_by(1.2),
            Qt.Key.Key_Equal: lambda: camera.zoom_by(1.2),
            Qt.Key.Key_Minus: lambda: camera.zoom_by(1 / 1.2),
            Qt.Key.Key_1: lambda: camera.look_from(0, 0),
            Qt.Key.Key_2: lambda: camera.look_from(-90, 0),
            Qt.Key.Key_3: lambda: camera.look_from(-90, 90),
            Qt.Key.Key_S: lambda: camera.set_spinning(not camera.spinning),
            Qt.Key.Key_R: camera.reset,
        }
        return actions.get(event.key())

    def event(self, event: QEvent) -> bool:
        """Keep this plot's keys from the window's shortcuts while it has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._action(event) is not None
        ):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn, zoom, spin and reset from the keyboard."""
        action = self._action(event)
        if action is None:
            super().keyPressEvent(event)
            return
        action()
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show what the pointer is over from the first movement."""
        self.setMouseTracking(True)
        super().enterEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """Drop the highlight."""
        self._set_hover((-1, -1))
        super().leaveEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while hidden."""
        super().showEvent(event)
        self.ensure_drawn()
