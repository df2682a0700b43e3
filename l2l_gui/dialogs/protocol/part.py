"""One field of a stage in the form: its case, and the inputs of that case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFormLayout, QSizePolicy, QVBoxLayout, QWidget

from l2l_gui.dialogs.protocol.inputs import Before, Flag, Input
from l2l_gui.widgets.message import Message


class Part(QWidget):
    """A field by its name in JSON.

    Signals
    -------
    edited(bool) : a person changed it; by typing.
    """

    edited = pyqtSignal(bool)

    def __init__(self, name: str, title: str, tip: str = "") -> None:
        super().__init__()
        self.name, self.title = name, title
        self.setToolTip(tip)
        self.message = Message()

    def value(self) -> Any:
        """As JSON has it; None leaves it out."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without announcing it; None is the default."""
        raise NotImplementedError

    def refer(self, before: Before) -> None:
        """Take in what comes before the stage."""


class Single(Part):
    """A field with one value; ``left_out`` is the default, which is not written."""

    def __init__(self, shown: Input, title: str, tip: str = "", left_out: Any = None) -> None:
        super().__init__(shown.name, title, tip)
        self.input, self._left_out = shown, left_out
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(shown)
        self.setFocusProxy(shown)
        shown.edited.connect(self.edited)

    def value(self) -> Any:
        """The input's."""
        value = self.input.value()
        return None if value == self._left_out else value

    def show_value(self, value: Any) -> None:
        """Show it in the input."""
        self.input.show_value(self._left_out if value is None else value)


@dataclass(frozen=True)
class Case:
    """One case of a field.

    Attributes
    ----------
    title : what is chosen.
    inputs : what it needs.
    needs : names that a value of this case has.
    constant : what a value of this case always says.
    bare : the value is that of the only input, or this word, and no object.
    """

    title: str
    inputs: Sequence[Input] = ()
    needs: tuple[str, ...] = ()
    constant: Mapping[str, Any] = field(default_factory=dict)
    bare: bool | str = False

    def matches(self, value: Any) -> bool:
        """Whether a value belongs to this case; the first case of a part takes what no other does."""
        if self.bare:
            return value == self.bare if isinstance(self.bare, str) else value is not None
        return (
            isinstance(value, Mapping)
            and all(name in value for name in self.needs)
            and all(value.get(name, False) == each for name, each in self.constant.items())
        )

    def value(self) -> Any:
        """As JSON has it."""
        if isinstance(self.bare, str):
            return self.bare
        if self.bare:
            return self.inputs[0].value()
        given = {each.name: each.value() for each in self.inputs}
        needed = {
            name: [] if value is None else value
            for name, value in given.items()
            if value is not None or name in self.needs
        }
        return {**self.constant, **needed} or None

    def show_value(self, value: Any) -> None:
        """Show a value of this case in its inputs."""
        for each in self.inputs:
            each.show_value(value if self.bare else value.get(each.name))

    def fill(self) -> None:
        """Fill required inputs that are empty with their defaults."""
        for each in self.inputs:
            if (self.bare or each.name in self.needs) and each.value() in (
                None,
                "",
                [[], []],
                [[]],
            ):
                each.show_value(each.default)


class Cases(Part):
    """A field with several cases; the first is the default."""

    def __init__(self, name: str, title: str, tip: str, *cases: Case) -> None:
        super().__init__(name, title, tip)
        self.cases = cases
        self.box = QComboBox()
        self.box.setAccessibleName(title)
        self.box.setToolTip(tip)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(30)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.addItems([case.title for case in cases])
        self.box.activated.connect(self._chosen)
        self.setFocusProxy(self.box)
        self._forms: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.box)
        for case in cases:
            column.addWidget(self._form(case))
        self._turn(0)

    def _form(self, case: Case) -> QWidget:
        place = QWidget()
        form = QFormLayout(place)
        form.setContentsMargins(12, 0, 0, 0)
        form.setVerticalSpacing(4)
        for each in case.inputs:
            if isinstance(each, Flag) or case.bare:
                form.addRow(each)
            else:
                form.addRow(each.title, each)
            each.edited.connect(self.edited)
        self._forms.append(place)
        return place

    @property
    def case(self) -> Case:
        """The one chosen."""
        return self.cases[self.box.currentIndex()]

    def choose(self, index: int) -> None:
        """Choose a case, as the user does."""
        self.box.setCurrentIndex(index)
        self._chosen(index)

    def value(self) -> Any:
        """The case's."""
        return None if self.box.currentIndex() == 0 and not self.case.inputs else self.case.value()

    def show_value(self, value: Any) -> None:
        """Show the case and its inputs."""
        if value == self.value():
            return
        found = (k for k, case in enumerate(self.cases) if k and case.matches(value))
        index = next(found, 0)
        self.box.setCurrentIndex(index)
        self._turn(index)
        if isinstance(value, Mapping) or self.cases[index].bare is True:
            self.cases[index].show_value(value)
        else:
            self.cases[index].show_value({})

    def refer(self, before: Before) -> None:
        """Take in what comes before the stage."""
        for case in self.cases:
            for each in case.inputs:
                each.refer(before)

    def _chosen(self, index: int) -> None:
        self._turn(index)
        self.cases[index].fill()
        self.edited.emit(False)

    def _turn(self, index: int) -> None:
        for number, form in enumerate(self._forms):
            form.setVisible(number == index and bool(self.cases[number].inputs))
