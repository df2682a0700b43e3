"""The one dialog for errors: a plain sentence, details one click away."""

from __future__ import annotations

import traceback

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError
from l2l_gui.look.theme import theme, tinted_icon

UNEXPECTED = "Something unexpected went wrong; nothing already saved was affected."
TEXT_WIDTH = 420


class ErrorDialog(QDialog):
    """Says what happened in one sentence; shows and copies the details on request."""

    def __init__(self, sentence: str, details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("L2L Explorer")
        self.sentence = QLabel(sentence)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(TEXT_WIDTH)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence.setAccessibleName("What happened")
        picture = QLabel()
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        picture.setPixmap(tinted_icon("warning", theme.palette.warning, 32))
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details")
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setMinimumHeight(180)
        self.details.hide()
        self.show_details = QPushButton("Show details")
        self.show_details.setCheckable(True)
        self.show_details.toggled.connect(self._toggle)
        self.copy = QPushButton("Copy")
        theme.set_icon(self.copy, "copy")
        self.copy.clicked.connect(self._copy)
        for button in (self.show_details, self.copy):
            button.setVisible(bool(details))
            button.setAutoDefault(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        if close is not None:
            close.setDefault(True)
            close.setFocus()
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(picture)
        top.addWidget(self.sentence, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.show_details)
        bottom.addWidget(self.copy)
        bottom.addStretch()
        bottom.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(14)
        column.addLayout(top)
        column.addWidget(self.details, 1)
        column.addLayout(bottom)

    @classmethod
    def of(cls, error: BaseException, parent: QWidget | None = None) -> ErrorDialog:
        """A dialog for an exception: its own sentence if it is an L2LError."""
        details = "".join(traceback.format_exception(error))
        if isinstance(error, L2LError):
            cause = error.__cause__
            return cls(str(error), details if cause is not None else "", parent)
        return cls(UNEXPECTED, details, parent)

    def text(self) -> str:
        """Sentence and details, as copied."""
        return f"{self.sentence.text()}\n\n{self.details.toPlainText()}".strip()

    def _toggle(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.show_details.setText("Hide details" if shown else "Show details")
        self.adjustSize()

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text())


def show_error(error: BaseException | str, parent: QWidget | None = None) -> ErrorDialog:
    """Open the dialog without blocking; it deletes itself when closed."""
    if isinstance(error, BaseException):
        dialog = ErrorDialog.of(error, parent)
    else:
        dialog = ErrorDialog(error, parent=parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
