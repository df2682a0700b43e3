"""A splitter that puts its parts side by side where there is width, else below each other."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSplitter, QWidget

WIDE = 1.15


class AdaptiveSplitter(QSplitter):
    """``shares`` are the parts' relative sizes when first shown and whenever it turns."""

    def __init__(self, *parts: QWidget, shares: tuple[int, ...]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self._shares = shares
        for part, share in zip(parts, shares, strict=True):
            part.setMinimumSize(60, 60)
            self.addWidget(part)
            self.setStretchFactor(self.count() - 1, share)
        self._turned = False

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Turn when the shape asks for it."""
        super().resizeEvent(event)
        wide = self.width() > WIDE * self.height()
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if orientation is not self.orientation() or not self._turned:
            self._turned = True
            self.setOrientation(orientation)
            whole = self.width() if wide else self.height()
            total = sum(self._shares)
            self.setSizes([whole * share // total for share in self._shares])
