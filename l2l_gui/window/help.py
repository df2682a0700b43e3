"""The shortcut sheet and the About box."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine import __version__, system
from l2l_gui.look.theme import theme
from l2l_gui.window.logs import log_file

PANEL_KEYS = (
    ("Export the panel with the focus", "Ctrl+E"),
    ("Export it for publication", "Ctrl+Shift+E"),
    ("Copy its picture", "Ctrl+C"),
    ("Copy its data", "Ctrl+Shift+C"),
    ("Copy it as Python", "Ctrl+Alt+C"),
    ("Reset its zoom", "R"),
    ("Say what it shows", "Shift+F1"),
)
PLOT_KEYS = (
    ("Zoom a plot", "wheel, or right drag"),
    ("Move a plot", "left drag"),
    ("Select a problem", "click its point"),
)
SPACE_KEYS = (
    ("Turn a 3-D plot", "arrow keys, or drag"),
    ("Zoom it", "+ and −, or wheel"),
    ("Look along an axis", "1, 2, 3"),
    ("Let it spin, or stop", "S"),
    ("Undo and redo an option of the panel", "Ctrl+Z, Ctrl+Shift+Z"),
    ("Step through the trials of slow motion", "arrow keys on its slider"),
)
SENTENCE = (
    "See a recurrent network learn to learn, take it apart and disturb it: an explorer of the "
    "network of Goudar, Peysakhovich, Freedman, Buffalo and Wang, Nature Neuroscience 26, "
    "879–890 (2023)."
)


def versions() -> str:
    """Versions of everything that matters in a report, one a line."""
    lines = [f"{name} {value}" for name, value in system.report().items()]
    return "\n".join([*lines, f"Log: {log_file()}"])


class ShortcutSheet(QDialog):
    """Every key, in groups."""

    def __init__(
        self, window_keys: list[tuple[str, str]], workspaces: list[str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        switching = [(title, f"Ctrl+{number}") for number, title in enumerate(workspaces, 1)]
        columns = (
            (("Window", window_keys),),
            (("Panel", PANEL_KEYS), ("Mouse", PLOT_KEYS), ("In a panel", SPACE_KEYS)),
            (("Workspaces", switching),),
        )
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(40)
        grid.setContentsMargins(24, 20, 24, 16)
        for place, groups in enumerate(columns):
            part = QGridLayout()
            part.setHorizontalSpacing(24)
            part.setVerticalSpacing(6)
            row = 0
            for title, keys in groups:
                heading = QLabel(title)
                heading.setFont(theme.font(11, bold=True))
                part.addWidget(heading, row, 0, 1, 2)
                part.setRowMinimumHeight(row, 30)
                row += 1
                for text, key in keys:
                    part.addWidget(QLabel(text), row, 0)
                    label = QLabel(key)
                    label.setProperty("quiet", True)
                    part.addWidget(label, row, 1)
                    row += 1
            part.setRowStretch(row, 1)
            grid.addLayout(part, 0, place)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        grid.addWidget(buttons, 1, 0, 1, len(columns))


class AboutDialog(QDialog):
    """What this is, and its versions to copy."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About L2L Explorer")
        title = QLabel(f"L2L Explorer {__version__}")
        title.setFont(theme.font(14, bold=True))
        sentence = QLabel(SENTENCE)
        sentence.setWordWrap(True)
        sentence.setMinimumWidth(420)
        self.versions = QLabel(versions())
        self.versions.setProperty("quiet", True)
        self.versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = QPushButton("Copy versions")
        copy.clicked.connect(self._copy)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        for widget in (title, sentence, self.versions, buttons):
            column.addWidget(widget)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.versions.text())
