"""The form for one stage: every field, with errors beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from l2l_gui.dialogs.protocol.inputs import Before
from l2l_gui.dialogs.protocol.parts import parts


class StageForm(QScrollArea):
    """Edits one stage, as JSON has it.

    Signals
    -------
    edited(str, object, bool) : a field has another value (None: left out), perhaps by typing.
    """

    edited = pyqtSignal(str, object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Stage")
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(4, 2, 12, 2)
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.parts = {part.name: part for part in parts()}
        for part in self.parts.values():
            place = QWidget()
            column = QVBoxLayout(place)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            column.addWidget(part)
            column.addWidget(part.message)
            label = QLabel(part.title)
            label.setBuddy(part)
            label.setToolTip(part.toolTip())
            form.addRow(label, place)
            part.edited.connect(
                lambda typing, part=part: self.edited.emit(part.name, part.value(), typing)
            )
        self.setWidget(page)
        self._page = page
        self._fit()

    def show_stage(self, value: Mapping[str, Any], before: Before) -> None:
        """Show a stage without announcing it."""
        for name, part in self.parts.items():
            part.refer(before)
            part.show_value(value.get(name))

    def show_troubles(self, troubles: Iterable[tuple[str, str]]) -> None:
        """Say what is wrong: a field's name, and the sentence."""
        wrong = dict(troubles)
        for name, part in self.parts.items():
            sentence = wrong.get(name, "")
            if sentence or part.message.text():
                part.message.say(sentence, error=True)

    def go(self, field: str) -> None:
        """Scroll to a field and give it the focus."""
        part = self.parts.get(field)
        if part is not None:
            self.ensureWidgetVisible(part)
            part.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        """Make the form wide enough that nothing is cut off."""
        self._page.adjustSize()
        bar = self.verticalScrollBar()
        room = 0 if bar is None else bar.sizeHint().width()
        self.setMinimumWidth(max(self._page.minimumSizeHint().width() + room, 430))
