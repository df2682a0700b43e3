"""Asks how a figure is printed and where its folder goes, and shows what it will look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QPixmap, QResizeEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.recipes.script import FORMATS, Layout
from l2l_gui.dialogs.typed_path import path_problem, typed_path
from l2l_gui.model.settings import settings
from l2l_gui.widgets.decimal_box import DecimalBox
from l2l_gui.widgets.message import Message

REMEMBERED = "publication"
REST_MS = 300
"""After the last change, until the preview is drawn."""
PREVIEW_DPI = 110.0
KINDS = {"pdf": "PDF", "svg": "SVG", "png": "PNG"}

Preview = Callable[[Layout, Callable[[bytes], None], Callable[[str], None]], None]
"""Draws in the background; calls with the picture, or a sentence that says why there is none."""


class PublicationDialog(QDialog):
    """Size, type, colours and caption of a figure, and its folder.

    Parameters
    ----------
    title : of what is shown
    stem : of the suggested folder
    preview : draws the figure with a layout
    """

    def __init__(
        self, title: str, stem: str, preview: Preview, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Export {title} for publication")
        self._preview = preview
        before = remembered()
        self.width_mm = _number(20, 600, before.width_mm, " mm")
        self.height_mm = _number(20, 600, before.height_mm, " mm")
        self.type_size = _number(4, 30, before.font_pt, " pt")
        self.dpi = _number(50, 1200, before.dpi, " dpi")
        self.kind = QComboBox()
        for kind in FORMATS:
            self.kind.addItem(KINDS[kind], kind)
        self.kind.setCurrentIndex(FORMATS.index(before.kind))
        self.dark = QCheckBox("Dark, for a slide")
        self.dark.setChecked(before.dark)
        self.caption = QLineEdit()
        self.caption.setPlaceholderText("Words below the picture, if any")
        folder = Path(settings.text("export folder") or Path.home())
        self.folder = QLineEdit(str(folder / stem))
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.picture = _Picture()
        self.note = Message()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        accept = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        assert accept is not None
        self.accept_button = accept
        accept.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._draw)
        self._follow()
        self._check()
        self._draw()

    def _arrange(self) -> None:
        form = QFormLayout()
        rows: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("Size", (self.width_mm, QLabel("by"), self.height_mm)),
            ("Text", (self.type_size,)),
            ("Format", (self.kind, self.dpi)),
            ("Colours", (self.dark,)),
            ("Caption", (self.caption,)),
            ("Folder", (self.folder, self.browse)),
        )
        for words, widgets in rows:
            line = QHBoxLayout()
            for widget in widgets:
                line.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
                if not isinstance(widget, QLabel | QPushButton):
                    widget.setAccessibleName(words)
            if not isinstance(widgets[0], QLineEdit):
                line.addStretch()
            label = QLabel(words)
            label.setBuddy(widgets[0])
            form.addRow(label, line)
        self.height_mm.setAccessibleName("Height")
        self.dpi.setAccessibleName("Resolution of pixels")
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(self.picture, 1)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        self.resize(620, 640)

    def _follow(self) -> None:
        for box in (self.width_mm, self.height_mm, self.type_size, self.dpi):
            box.valueChanged.connect(self._changed)
        self.kind.currentIndexChanged.connect(self._changed)
        self.dark.toggled.connect(self._changed)
        self.caption.textChanged.connect(self._changed)
        self.folder.textChanged.connect(self._check)

    # -- what was chosen ---------------------------------------------------------------

    def layout_chosen(self) -> Layout:
        """How the figure is printed."""
        return Layout(
            width_mm=self.width_mm.value(),
            height_mm=self.height_mm.value(),
            dpi=self.dpi.value(),
            font_pt=self.type_size.value(),
            dark=self.dark.isChecked(),
            caption=self.caption.text().strip(),
            kind=self.kind.currentData(),
        )

    def folder_chosen(self) -> Path:
        """The folder, which may not be there yet."""
        return typed_path(self.folder.text())

    def accept(self) -> None:
        """Remember the choices for the next figure."""
        settings.put(REMEMBERED, asdict(replace(self.layout_chosen(), caption="")))
        settings.put("export folder", str(self.folder_chosen().parent))
        super().accept()

    # -- what is shown -----------------------------------------------------------------

    def _changed(self, *_: object) -> None:
        self._check()
        self._rest.start()

    def _check(self, *_: object) -> None:
        folder = self.folder_chosen()
        problem = path_problem(folder, "the figure") if not folder.is_dir() else ""
        if folder.is_file():
            problem = f"{folder.name} is a file: name a folder."
        words = "Written: the picture, its numbers as CSV, and the script that makes both again."
        self.note.say(problem or words, error=bool(problem))
        self.accept_button.setEnabled(not problem)

    def _draw(self) -> None:
        layout = replace(self.layout_chosen(), dpi=PREVIEW_DPI, kind="png")
        self._preview(layout, self.picture.show_bytes, self.picture.setText)

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the figure", self.folder.text())
        if name:
            self.folder.setText(name)


def remembered() -> Layout:
    """The layout of the last figure; the usual one where there is none, or none that is valid."""
    try:
        layout = Layout(**settings.plain(REMEMBERED))
    except TypeError:
        return Layout()
    numbers = (layout.width_mm, layout.height_mm, layout.dpi, layout.font_pt)
    valid = all(isinstance(number, int | float) for number in numbers)
    return layout if valid and layout.kind in FORMATS and layout.dark in (True, False) else Layout()


class _Picture(QLabel):
    """The preview, as large as there is room."""

    def __init__(self) -> None:
        super().__init__("Drawing…")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(320, 200)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setWordWrap(True)
        self.setAccessibleName("Preview")
        self.whole = QPixmap()

    def show_bytes(self, image: bytes) -> None:
        """Show the bytes of a PNG."""
        self.whole.loadFromData(image)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fit the picture."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self.whole.isNull():
            room = self.size().boundedTo(self.whole.size())
            mode = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            self.setPixmap(self.whole.scaled(room, mode, smooth))


def _number(low: float, high: float, value: float, unit: str) -> DecimalBox:
    box = DecimalBox()
    box.setRange(low, high)
    box.setDecimals(0 if unit == " dpi" else 1)
    box.setValue(value)
    box.setSuffix(unit)
    return box
