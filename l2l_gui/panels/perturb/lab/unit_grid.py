"""A grid of the network's units, for choosing some of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from l2l_gui.look.theme import theme

COLUMNS = 20
CELL = 15


class UnitGrid(QWidget):
    """Squares shaded by each unit's mean rate; chosen ones are crossed out.

    Click or drag to choose, arrow keys and Space without a mouse.

    Signals
    -------
    changed(tuple) : the units chosen, in order; setters do not emit.
    released : the mouse was let go.
    """

    changed = pyqtSignal(object)
    released = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("takesSpace", True)
        self.setMouseTracking(True)
        self.setAccessibleName("Units to silence")
        self.setAccessibleDescription("Arrow keys move, Space silences a unit or restores it")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rates: NDArray[np.float64] = np.zeros(0)
        self._chosen: set[int] = set()
        self._cursor = 0
        self._painting: bool | None = None  # choosing or letting be, while dragging
        theme.changed.connect(self.update)

    @property
    def chosen(self) -> tuple[int, ...]:
        """The units chosen."""
        return tuple(sorted(self._chosen))

    def set_rates(self, rates: ArrayLike) -> None:
        """Show these units, by their mean rates (N,)."""
        self._rates = np.asarray(rates, np.float64)
        self._cursor = min(self._cursor, max(0, len(self._rates) - 1))
        self.updateGeometry()
        self.update()

    def set_chosen(self, units: tuple[int, ...]) -> None:
        """Cross these out."""
        if set(units) != self._chosen:
            self._chosen = set(units)
            self.update()

    def sizeHint(self) -> QSize:
        """Rows of twenty."""
        rows = max(1, math.ceil(len(self._rates) / COLUMNS))
        return QSize(COLUMNS * CELL, rows * CELL)

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(COLUMNS * 9, self.sizeHint().height())

    def cell(self, unit: int) -> QRectF:
        """The square of a unit."""
        width = min(self.width() / COLUMNS, 1.6 * CELL)
        return QRectF(unit % COLUMNS * width, unit // COLUMNS * CELL, width - 1, CELL - 1)

    def unit_at(self, position: QPointF) -> int | None:
        """The unit under a point."""
        width = self.cell(0).width() + 1
        column, row = int(position.x() // width), int(position.y() // CELL)
        unit = row * COLUMNS + column
        inside = 0 <= column < COLUMNS and row >= 0 and unit < len(self._rates)
        return unit if inside else None

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Squares, crosses, and the keyboard's place."""
        painter = QPainter(self)
        top = float(self._rates.max()) if len(self._rates) else 1.0
        ground, full = theme.color("background"), theme.color("accent")
        for unit, rate in enumerate(self._rates):
            square = self.cell(unit)
            painter.fillRect(square, _mixed(ground, full, 0.12 + 0.88 * rate / (top or 1.0)))
            if unit in self._chosen:
                painter.fillRect(square, theme.color("panel"))
                painter.setPen(theme.pen("error", 1.5))
                painter.drawLine(square.topLeft(), square.bottomRight())
                painter.drawLine(square.topRight(), square.bottomLeft())
        if self.hasFocus() and len(self._rates):
            painter.setPen(theme.pen("text", 1.5))
            painter.drawRect(self.cell(self._cursor))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose the unit, or clear it."""
        assert event is not None
        unit = self.unit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and unit is not None:
            self._painting = unit not in self._chosen
            self._cursor = unit
            self._set(unit, self._painting)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Continue choosing; say which unit is here."""
        assert event is not None
        unit = self.unit_at(event.position())
        if unit is None:
            return
        if self._painting is not None:
            self._set(unit, self._painting)
        QToolTip.showText(
            event.globalPosition().toPoint(),
            f"unit {unit}, mean rate {self._rates[unit]:.2f} a.u.",
            self,
        )

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Done choosing."""
        self._painting = None
        self.released.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move and choose."""
        assert event is not None
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space and len(self._rates):
            self._set(self._cursor, self._cursor not in self._chosen)
            self.released.emit()
        elif key in moves and 0 <= self._cursor + moves[key] < len(self._rates):
            self._cursor += moves[key]
            self.update()
        elif key not in moves:
            super().keyPressEvent(event)

    def _set(self, unit: int, chosen: bool) -> None:
        if chosen == (unit in self._chosen):
            return
        self._chosen.symmetric_difference_update({unit})
        self.update()
        self.changed.emit(self.chosen)


def _mixed(ground: QColor, full: QColor, share: float) -> QColor:
    parts = zip(ground.getRgb()[:3], full.getRgb()[:3], strict=True)
    return QColor(*(round((1 - share) * a + share * b) for a, b in parts))
