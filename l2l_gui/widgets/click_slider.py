"""A slider that goes where it is clicked, and can be dragged on from there."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QSlider, QStyle, QStyleOptionSlider


class ClickSlider(QSlider):
    """Horizontal; Qt's own moves by a page towards the click."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Bring the handle under the pointer first."""
        style = self.style()
        if event is not None and style is not None and event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            kind, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl
            handle = style.subControlRect(kind, option, part.SC_SliderHandle, self)
            groove = style.subControlRect(kind, option, part.SC_SliderGroove, self)
            if not handle.contains(event.position().toPoint()):
                place = round(event.position().x()) - groove.x() - handle.width() // 2
                room = groove.width() - handle.width()
                self.setValue(
                    QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, room)
                )
        super().mousePressEvent(event)
