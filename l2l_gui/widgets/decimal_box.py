"""A box for a decimal number that reads the point and the comma, and writes the point."""

from __future__ import annotations

from PyQt6.QtGui import QValidator
from PyQt6.QtWidgets import QDoubleSpinBox


class DecimalBox(QDoubleSpinBox):
    """0.5 and 0,5 are the same number, whatever the desktop's locale."""

    def validate(self, text: str | None, position: int) -> tuple[QValidator.State, str, int]:
        """Turn a comma into a point as it is typed."""
        return super().validate((text or "").replace(",", "."), position)

    def valueFromText(self, text: str | None) -> float:  # noqa: N802
        """The number of a text."""
        return super().valueFromText((text or "").replace(",", "."))
