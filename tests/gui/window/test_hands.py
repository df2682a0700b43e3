"""Keys and the wheel do what a person means by them."""

from __future__ import annotations

import pytest
from driving import PATIENCE
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QDoubleSpinBox

from l2l_gui.dialogs.new_run import NewRunDialog
from l2l_gui.widgets.decimal_box import DecimalBox


def turn_wheel(widget) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.fixture
def asked(opened, monkeypatch):
    """How often the window was asked to run or pause."""
    calls = []
    monkeypatch.setattr(opened.runner, "train", lambda _goal: calls.append(1))
    return calls


def test_space_runs_after_the_welcome_page_had_the_keys(window, learned, qtbot, monkeypatch):
    window.empty.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    assert window.empty.isAncestorOf(QApplication.focusWidget())
    window.runner.open(learned)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    calls = []
    monkeypatch.setattr(window.runner, "train", lambda _goal: calls.append(1))
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    assert calls == [1]
    assert window.runner.session.path == learned


def test_space_runs_after_a_button_was_clicked(opened, asked, qtbot):
    stimulus = opened.transport.stimulus
    stimulus.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(opened.windowHandle(), Qt.Key.Key_Space)
    assert asked == [1]
    assert not stimulus.view().isVisible()


def test_space_presses_the_button_the_keyboard_went_to(opened, asked, qtbot):
    loop = opened.transport.loop
    before = loop.isChecked()
    loop.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(opened.windowHandle(), Qt.Key.Key_Space)
    assert loop.isChecked() != before
    assert not asked


def test_the_wheel_scrolls_a_form_and_edits_nothing(opened, qtbot):
    workspace = opened.workspaces.go("perturb")
    opened.resize(1100, 600)
    controls = next(d.panel for d in workspace.docks if d.panel.name == "perturb_controls")
    qtbot.waitUntil(lambda: controls.has_content, timeout=PATIENCE)
    for box in controls.findChildren(QDoubleSpinBox):
        before = box.value()
        box.setFocus()
        turn_wheel(box)
        assert box.value() == before
    turn_wheel(opened.transport.problem_number)
    assert opened.selection.value.problem == opened.runner.session.problems


def test_the_wheel_over_a_field_scrolls_the_new_run(window, qtbot):
    window.actions_by_name["new"].trigger()
    dialog = window.findChild(NewRunDialog)
    field = dialog.editor.editor_of("activation")
    field.setFocus()
    bar = dialog.editor._area.verticalScrollBar()
    before, place = field.currentIndex(), bar.value()
    turn_wheel(field)
    assert field.currentIndex() == before
    assert bar.value() != place
    dialog.reject()


@pytest.mark.parametrize("typed", ["0.5", "0,5"])
def test_a_point_and_a_comma_are_both_decimal_signs(qtbot, typed):
    box = DecimalBox()
    qtbot.addWidget(box)
    box.setRange(0, 10)
    box.selectAll()
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 0.5
    assert box.text() == "0.50"
