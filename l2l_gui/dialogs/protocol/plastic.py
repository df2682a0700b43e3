"""Which weights are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtWidgets import QCheckBox, QGridLayout

from l2l_gui.dialogs.protocol.part import Part

COLUMNS = 3


class Plastic(Part):
    """A check box for each kind of weight; all are checked by default."""

    def __init__(self, name: str, title: str, weights: Sequence[str]) -> None:
        super().__init__(name, title, "The weights that are trained; the others stay as they are")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        self.boxes = {weight: QCheckBox(weight.replace("_", " ")) for weight in weights}
        for place, box in enumerate(self.boxes.values()):
            grid.addWidget(box, place // COLUMNS, place % COLUMNS)
            box.setChecked(True)
            box.clicked.connect(lambda: self.edited.emit(False))
        self.setFocusProxy(next(iter(self.boxes.values())))

    def value(self) -> Any:
        """Names of the weights trained; None for all."""
        chosen = [weight for weight, box in self.boxes.items() if box.isChecked()]
        return None if len(chosen) == len(self.boxes) else chosen

    def show_value(self, value: Any) -> None:
        """Check those trained."""
        for weight, box in self.boxes.items():
            box.setChecked(value is None or weight in value)
