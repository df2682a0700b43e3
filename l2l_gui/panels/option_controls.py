"""The controls of declared options: entries of the panel's menu, and a row above its plots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QAction, QActionGroup, QIcon
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.panels.options import Choice, Flag, Number, OptionValues, Several
from l2l_gui.widgets.choice_bar import ChoiceBar
from l2l_gui.widgets.decimal_box import DecimalBox
from l2l_gui.widgets.flow_row import FlowRow

NARROWEST_NUMBER = 70
FEWEST_LETTERS = 6
"""Of a list's choice, seen where there is little room."""
LONG, CUT_TO = 36, 24
"""Letters from which the entries of a list are cut while it is closed, and to how many."""


def menu_entries(values: OptionValues, parent: QWidget) -> list[QAction]:
    """An entry for each flag, a submenu for each choice that is not in the row."""
    made = []
    for option in values.options.values():
        if isinstance(option, Flag):
            made.append(_flag(option, values, parent))
        elif isinstance(option, Choice) and not option.bar:
            made.append(_submenu(option, values, parent))
    return made


def _flag(option: Flag, values: OptionValues, parent: QWidget) -> QAction:
    action = QAction(option.label, parent)
    action.setCheckable(True)
    _bind(values, lambda: action.setChecked(values[option.name]))
    action.toggled.connect(lambda on: values.set(option.name, on))
    return action


def _submenu(option: Choice, values: OptionValues, parent: QWidget) -> QAction:
    menu, group = QMenu(option.label, parent), QActionGroup(parent)

    def check(action: QAction, value: object) -> None:
        _bind(values, lambda: action.setChecked(values[option.name] == value))

    for value, words in option.choices.items():
        action = QAction(words, menu)
        action.setCheckable(True)
        action.setData(value)
        action.triggered.connect(lambda _=False, value=value: values.set(option.name, value))
        group.addAction(action)
        menu.addAction(action)
        check(action, value)
    entry = menu.menuAction()
    assert entry is not None
    return entry


def option_row(values: OptionValues) -> QWidget | None:
    """The options that are offered above the plots; None if there are none."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(4, 2, 4, 0)
    column.setSpacing(2)
    line = FlowRow()
    for option in values.options.values():
        if isinstance(option, Choice) and option.bar == "buttons":
            column.addWidget(_buttons(option, values))
        elif isinstance(option, Choice) and option.bar:
            line.add(_labelled(option.label, _list(option, values)))
        elif isinstance(option, Number):
            line.add(_labelled(option.label, _number(option, values)))
        elif isinstance(option, Several):
            column.addWidget(_boxes(option, values))
    if line.children():
        column.addWidget(line)
    return holder if column.count() else None


def _labelled(label: str, control: QWidget) -> QWidget:
    """A control that stays beside its label where the row breaks."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(QLabel(label))
    row.addWidget(control)
    return pair


def _buttons(option: Choice, values: OptionValues) -> ChoiceBar:
    bar = ChoiceBar({str(name): words for name, words in option.choices.items()}, option.label)
    bar.setObjectName(option.name)
    by_text = {str(name): name for name in option.choices}
    _bind(values, lambda: bar.choose(str(values[option.name])))
    bar.chosen.connect(lambda text: values.set(option.name, by_text[text]))
    return bar


def _list(option: Choice, values: OptionValues) -> QComboBox:
    box = QComboBox()
    box.setObjectName(option.name)
    box.setAccessibleName(option.label)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumContentsLength(FEWEST_LETTERS)
    for value, words in option.choices.items():
        box.addItem(words, value)
    if max(map(len, option.choices.values())) > LONG:
        box.setMaximumWidth((CUT_TO + 4) * box.fontMetrics().averageCharWidth())
        popup = box.view()
        assert popup is not None
        popup.setMinimumWidth(popup.sizeHintForColumn(0) + 24)
        _bind(values, lambda: box.setToolTip(option.choices[values[option.name]]))
    _bind(values, lambda: box.setCurrentIndex(list(option.choices).index(values[option.name])))
    box.currentIndexChanged.connect(lambda _: values.set(option.name, box.currentData()))
    return box


def _number(option: Number, values: OptionValues) -> DecimalBox:
    box = DecimalBox()
    box.setObjectName(option.name)
    box.setMinimumWidth(NARROWEST_NUMBER)  # not that of the largest number it takes
    box.setAccessibleName(option.label)
    box.setRange(option.low, option.high)
    box.setDecimals(option.decimals)
    box.setSingleStep(option.step)
    box.setSuffix(f" {option.unit}" if option.unit else "")
    _bind(values, lambda: box.setValue(values[option.name]))
    box.valueChanged.connect(lambda value: values.set(option.name, value))
    return box


def _boxes(option: Several, values: OptionValues) -> FlowRow:
    row = FlowRow(spacing=2, even=True)

    def check(box: QCheckBox, name: str) -> None:
        _bind(values, lambda: box.setChecked(name in values[option.name]))

    for name, words in option.choices.items():
        box = QCheckBox(words)
        box.setObjectName(name)
        tip = (option.tips or {}).get(name, words)
        box.setToolTip(tip[:1].upper() + tip[1:])
        box.setAccessibleName(tip)
        check(box, name)

        def toggled(on: bool, name: str = name) -> None:
            chosen = set(values[option.name])
            values.set(option.name, chosen | {name} if on else chosen - {name})

        box.toggled.connect(toggled)
        row.add(box)
    return row


def set_icons(parent: QWidget, icons: dict[str, Any], size: QSize) -> None:
    """Give the check boxes of a :class:`Several` an icon each, by name."""
    for name, icon in icons.items():
        box = parent.findChild(QCheckBox, name)
        if box is not None:
            box.setIconSize(size)
            box.setIcon(QIcon(icon))


def _bind(values: OptionValues, show: Callable[[], object]) -> None:
    """Show the present value now and whenever it changes."""
    show()
    values.changed.connect(show)
