"""The question before something is lost."""

from __future__ import annotations

from PyQt6.QtWidgets import QMessageBox, QWidget


def may_discard(parent: QWidget, what: str, sentence: str = "") -> bool:
    """Ask whether ``what`` ("The changed parameters") may be lost."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Discard?")
    box.setText(f"{what} will be lost.")
    box.setInformativeText(sentence)
    discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    return box.clickedButton() is discard
