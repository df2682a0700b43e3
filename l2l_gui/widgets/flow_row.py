"""A row of widgets that wraps like text."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget


class FlowRow(QWidget):
    """Left to right, each widget at its preferred size or as wide as the row, in as many rows as the width demands.

    It fixes its own height. A layout whose height depends on its width would make a scroll area
    around it take the preferred height of everything else for the least.

    Parameters
    ----------
    spacing : between widgets and between rows (pixels).
    even : whether all are as wide as the widest, and so stand below each other.
    """

    def __init__(self, spacing: int = 6, *, even: bool = False) -> None:
        super().__init__()
        self._spacing, self._even = spacing, even
        self._widgets: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def add(self, widget: QWidget) -> None:
        """Put a widget last."""
        widget.setParent(self)
        self._widgets.append(widget)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Break the rows anew."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent | None) -> bool:
        """A widget that wants another size, as once it has its style, may need another row."""
        if event is not None and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._arrange()
        return super().event(event)

    def sizeHint(self) -> QSize:
        """All in one row, as high as it is now."""
        widths = [widget.sizeHint().width() for widget in self._widgets]
        return QSize(sum(widths) + self._spacing * max(0, len(widths) - 1), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """The widest widget alone, as narrow as it can be."""
        widths = [_least(widget) for widget in self._widgets]
        return QSize(max(widths, default=0), self.minimumHeight())

    def _arrange(self) -> None:
        bottom = 0
        for widget, place in self._places():
            widget.setGeometry(place)
            bottom = max(bottom, place.y() + place.height())
        if bottom != self.minimumHeight():
            self.setFixedHeight(bottom)

    def _places(self) -> Iterator[tuple[QWidget, QRect]]:
        corner, height = QPoint(0, 0), 0
        sizes = [widget.sizeHint() for widget in self._widgets]
        widest = max((size.width() for size in sizes), default=0)
        for widget, size in zip(self._widgets, sizes, strict=True):
            if self._even:
                size.setWidth(widest)
            if size.width() > self.width():
                size.setWidth(max(self.width(), _least(widget)))
            if corner.x() > 0 and corner.x() + size.width() > self.width():
                corner, height = QPoint(0, corner.y() + height + self._spacing), 0
            yield widget, QRect(corner, size)
            corner.setX(corner.x() + size.width() + self._spacing)
            height = max(height, size.height())


def _least(widget: QWidget) -> int:
    """Width below which a widget would be cut off."""
    return min(widget.minimumSizeHint().width(), widget.sizeHint().width())
