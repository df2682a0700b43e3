"""The question asked before something is lost."""

from __future__ import annotations

from PyQt6.QtWidgets import QMessageBox, QWidget


def may_discard(parent: QWidget, what: str, sentence: str = "") -> bool:
    """Ask whether ``what`` ("The changed parameters") may be lost."""
    return agrees(parent, f"{what} will be lost.", sentence, "Discard", "Keep")


def agrees(parent: QWidget, question: str, sentence: str, yes: str, no: str) -> bool:
    """Ask; the harmless answer ``no`` is the default."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Sure?")
    box.setText(question)
    box.setInformativeText(sentence)
    discard = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    return box.clickedButton() is discard
