"""The parameter form and the dialog around it, typed into as a person would."""

from __future__ import annotations

import dataclasses

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QDialog

from l2l_engine.config import Activation, ConfigError, RunConfig, RunType
from l2l_gui.dialogs.new_run import NewRunDialog
from l2l_gui.dialogs.parameter_editor import ParameterEditor


@pytest.fixture
def editor(qtbot):
    widget = ParameterEditor()
    qtbot.addWidget(widget)
    widget.resize(560, 700)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def type_into(
    qtbot, editor: ParameterEditor, name: str, text: str, end: Qt.Key = Qt.Key.Key_Return
) -> None:
    line = editor.editor_of(name)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, end)


def test_it_starts_as_the_papers_run_with_every_field(editor):
    assert editor.config() == RunConfig()
    assert editor.changed_names() == []
    for item in dataclasses.fields(RunConfig):
        assert editor.editor_of(item.name).accessibleName() == item.metadata["label"]


def test_typed_values_reach_the_configuration(qtbot, editor):
    type_into(qtbot, editor, "seed", "12")
    type_into(qtbot, editor, "learning_rate", "3e-4")
    box = editor.editor_of("activation")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End)
    qtbot.keyClick(editor.editor_of("derangement"), Qt.Key.Key_Space)
    expected = RunConfig(
        seed=12, learning_rate=3e-4, activation=Activation.SQUARED_RELU, derangement=True
    )
    assert editor.config() == expected
    assert editor.changed_names() == ["seed", "activation", "learning_rate", "derangement"]


def test_the_number_of_problems_follows_the_run_type_until_typed(qtbot, editor):
    box = editor.editor_of("run_type")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End)
    assert editor.config().run_type is RunType.DSManifPert
    assert editor.config().problems == 101
    assert "101" in editor.editor_of("problems").placeholderText()
    type_into(qtbot, editor, "problems", "60")
    assert editor.config().problems == 60


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("sigma_rec", "-1", "Recurrent noise = -1 is out of range: it must be from 0 to 100."),
        ("seed", "many", "Seed of every random stream = 'many' must be a whole number from 0 to"),
        ("seed", "1.5", "Seed of every random stream = 1.5 must be a whole number from 0 to"),
        ("tau", "", "Unit time constant = '' must be a number above 0 and at most 1000000."),
        (
            "mask_ms",
            "500",
            "Unscored time after the go signal = 500 ms is out of range: it must be below Response epoch.",
        ),
    ],
)
def test_errors_are_shown_at_their_field_and_go(qtbot, editor, name, text, says):
    line = editor.editor_of(name)
    before = line.text()
    with qtbot.waitSignal(editor.validity_changed) as validity:
        line.setFocus()
        line.selectAll()
        qtbot.keyClick(line, Qt.Key.Key_Delete)
        qtbot.keyClicks(line, text)
    assert validity.args == [False]
    assert editor.error_of(name).startswith(says)
    assert line.property("invalid")
    with pytest.raises(ConfigError):
        editor.config()
    type_into(qtbot, editor, name, before)
    assert editor.valid
    assert editor.error_of(name) == ""


def test_undo_takes_back_one_visit_to_a_field_at_a_time(qtbot, editor):
    type_into(qtbot, editor, "seed", "123")
    type_into(qtbot, editor, "units", "50")
    assert editor.undo_stack.undoText() == "change of recurrent units"
    line = editor.editor_of("units")
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (editor.value("units"), editor.value("seed")) == ("100", "123")
    editor.undo_stack.undo()
    assert editor.value("seed") == "0"
    assert editor.editor_of("seed").text() == "0"
    editor.undo_stack.redo()
    assert editor.config().seed == 123


def test_the_reset_mark_appears_where_a_value_differs_and_is_undoable(qtbot, editor):
    row = editor._rows["tau"]
    assert not row.reset.isVisibleTo(editor)
    type_into(qtbot, editor, "tau", "80")
    assert row.reset.isVisibleTo(editor)
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert editor.config().tau == 100
    assert not row.reset.isVisibleTo(editor)
    editor.undo_stack.undo()
    assert editor.config().tau == 80


def test_resetting_everything_is_one_undo(qtbot, editor):
    type_into(qtbot, editor, "seed", "5")
    type_into(qtbot, editor, "tau", "80")
    editor.reset_all()
    assert editor.config() == RunConfig()
    editor.undo_stack.undo()
    assert editor.config() == RunConfig(seed=5, tau=80)


def test_a_number_written_otherwise_is_no_change(qtbot, editor):
    type_into(qtbot, editor, "tau", "1e2")
    assert editor.changed_names() == []


def test_up_and_down_step_whole_numbers(qtbot, editor):
    line = editor.editor_of("seed")
    qtbot.keyClick(line, Qt.Key.Key_Up)
    qtbot.keyClick(line, Qt.Key.Key_Up)
    qtbot.keyClick(line, Qt.Key.Key_Down)
    assert editor.config().seed == 1


def test_a_branch_shows_its_parent_and_locks_what_may_not_change(qtbot):
    parent = RunConfig(seed=3, units=40, problems=20)
    editor = ParameterEditor(parent, locked={"units"})
    qtbot.addWidget(editor)
    assert editor.config() == parent
    assert not editor.editor_of("units").isEnabled()
    assert editor.editor_of("seed").isEnabled()


def test_dialog_names_the_file_after_the_run_until_the_person_does(qtbot, tmp_path):
    dialog = NewRunDialog(tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.path() == tmp_path / "Full-seed-0.l2l.h5"
    type_into(qtbot, dialog.editor, "seed", "4", Qt.Key.Key_Tab)
    assert dialog.path() == tmp_path / "Full-seed-4.l2l.h5"
    dialog.file.selectAll()
    qtbot.keyClicks(dialog.file, "mine")
    type_into(qtbot, dialog.editor, "seed", "5", Qt.Key.Key_Tab)
    assert dialog.path() == tmp_path / "mine.l2l.h5"
    qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    assert dialog.waiting
    dialog.finish()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.config().seed == 5


def test_dialog_does_not_create_over_a_file_or_from_bad_values(qtbot, tmp_path):
    (tmp_path / "Full-seed-0.h5").write_bytes(b"")
    dialog = NewRunDialog(tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.path() == tmp_path / "Full-seed-0-2.l2l.h5"
    dialog.file.selectAll()
    qtbot.keyClicks(dialog.file, "Full-seed-0.h5")
    assert dialog.file_message.text() == "Full-seed-0.h5 exists already: choose another name."
    assert not dialog.create_button.isEnabled()
    dialog.file.selectAll()
    qtbot.keyClicks(dialog.file, "other")
    assert dialog.create_button.isEnabled()
    type_into(qtbot, dialog.editor, "tau", "-1", Qt.Key.Key_Tab)
    assert not dialog.create_button.isEnabled()


def test_scrolling_past_a_choice_does_not_change_it(qtbot, editor):
    box = editor.editor_of("activation")
    editor.editor_of("seed").setFocus()
    here = QPointF(box.rect().center())
    event = QWheelEvent(
        here,
        box.mapToGlobal(here),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)
    assert editor.config().activation is Activation.SOFTPLUS


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("sigma_rec", "0,05", 0.05),
        ("sigma_rec", "0.05", 0.05),
        ("max_trials", "20,000", 20_000),
        ("max_trials", "20000", 20_000),
    ],
)
def test_numbers_are_read_as_people_write_them(qtbot, name, typed, value):
    editor = ParameterEditor()
    qtbot.addWidget(editor)
    editor.show()
    type_into(qtbot, editor, name, typed)
    assert getattr(editor.config(), name) == value


def test_an_error_speaks_of_the_label_marks_the_field_and_scrolls_to_it(qtbot):
    editor = ParameterEditor()
    qtbot.addWidget(editor)
    editor.resize(560, 300)
    editor.show()
    editor.set_value("learning_rate", -1.0)
    assert editor.error_of("learning_rate").startswith("Learning rate = -1")
    assert editor.editor_of("learning_rate").property("invalid")
    message = editor._rows["learning_rate"].message
    qtbot.waitUntil(lambda: not message.visibleRegion().isEmpty())


def test_a_refused_run_keeps_the_dialog_and_everything_typed(qtbot, tmp_path):
    dialog, asked = NewRunDialog(tmp_path), []
    qtbot.addWidget(dialog)
    dialog.show()
    type_into(qtbot, dialog.editor, "seed", "7", Qt.Key.Key_Tab)
    dialog.submitted.connect(lambda: asked.append(dialog.path()))
    qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    dialog.show_stage("Building the network")
    assert dialog.file_message.text() == "Building the network…"
    assert not dialog.editor.isEnabled()
    dialog.refuse("The disk is full.")
    assert dialog.isVisible()
    assert dialog.file_message.text() == "The disk is full."
    assert dialog.editor.value("seed") == "7"
    qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    assert asked == [tmp_path / "Full-seed-7.l2l.h5"] * 2
    dialog.finish()
    assert not dialog.isVisible()
