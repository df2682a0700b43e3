"""A sentence in a dialog that is quiet, or an error."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QWidget


class Message(QLabel):
    """Wraps its words, and hides while it has none."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.hide()

    @property
    def is_error(self) -> bool:
        """Whether the words say what is wrong."""
        return bool(self.property("error"))

    def say(self, words: str, error: bool = False) -> None:
        """Show these words, as an error or quietly."""
        self.setText(words)
        self.setVisible(bool(words))
        self.setProperty("error", error)
        self.setProperty("quiet", not error)
        repolish(self)


def repolish(widget: QWidget) -> None:
    """Have the style sheet look at a widget's properties again."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)
