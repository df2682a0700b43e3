"""A row of buttons of which one is down: which view a panel shows; it breaks where it is narrow."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QToolButton

from l2l_gui.widgets.flow_row import FlowRow


class ChoiceBar(FlowRow):
    """Offers ``options``, a name for code to a label for people.

    Signals
    -------
    chosen(str) : the name now chosen, by a person or by :meth:`choose`.
    """

    chosen = pyqtSignal(str)

    def __init__(self, options: Mapping[str, str], accessible_name: str) -> None:
        super().__init__(spacing=2)
        self.setAccessibleName(accessible_name)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for name, label in options.items():
            button = QToolButton()
            button.setText(label)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button)
            self.buttons[name] = button
            button.toggled.connect(lambda on, name=name: self.chosen.emit(name) if on else None)
            self.add(button)
        next(iter(self.buttons.values())).setChecked(True)

    @property
    def choice(self) -> str:
        """The name chosen."""
        return next(name for name, button in self.buttons.items() if button.isChecked())

    def choose(self, name: object) -> None:
        """Choose by name; unknown names are ignored."""
        if isinstance(name, str) and name in self.buttons:
            self.buttons[name].setChecked(True)
