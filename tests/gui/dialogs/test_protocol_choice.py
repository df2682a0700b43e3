"""A new run by a protocol, as a person asks for it."""

import json

import pytest
from PyQt6.QtCore import Qt

from l2l_engine.config import RunType
from l2l_engine.protocols import TEMPLATES, template
from l2l_engine.training.plan import LowRank
from l2l_gui.dialogs.new_session import NewSessionDialog
from l2l_gui.dialogs.protocol.dialog import ProtocolDialog
from l2l_gui.dialogs.protocol_choice import EDITED, FILE, NONE


@pytest.fixture
def dialog(qtbot, tmp_path):
    made = NewSessionDialog(tmp_path)
    # finished, since closing it asks whether what was changed may be lost
    qtbot.addWidget(made, before_close_func=NewSessionDialog.finish)
    made.show()
    return made


def test_without_a_protocol_it_is_a_run_as_ever(dialog):
    assert dialog.choice.which.currentText() == NONE
    assert dialog.protocol() is None
    assert dialog.config().problems == 1001
    assert not dialog.choice.numbers.isVisible()
    assert dialog.path().name == "Full-seed-0.l2l.h5"


def test_a_named_protocol_says_what_would_be_learned(dialog):
    dialog.choice.which.setCurrentText("revisit-and-reverse")
    assert dialog.choice.numbers.text() == "sets=20, warm_up=50"
    said = dialog.choice.message.text()
    assert said.endswith("130 problems: 50 × warm-up, A1, B1, A1 again, A1 reversed, A2, …")
    assert dialog.config().problems == 130
    assert dialog.path().name == "revisit-and-reverse-seed-0.l2l.h5"
    dialog.choice.numbers.setText("sets=1, warm_up=2")
    assert dialog.protocol() == template("revisit-and-reverse", sets=1, warm_up=2)
    assert dialog.config().problems == 6
    dialog.editor.set_value("units", 50)
    assert dialog.config().units == 50
    assert dialog.create_button.isEnabled()


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("sets=0.5", "sets = 0.5 must be a whole number"),
        ("sets", "should read NAME=VALUE"),
        ("size=3", "revisit-and-reverse has no parameter size"),
    ],
)
def test_wrong_numbers_are_refused_in_a_sentence(dialog, numbers, said):
    dialog.choice.which.setCurrentText("revisit-and-reverse")
    dialog.choice.numbers.setText(numbers)
    assert said in dialog.file_message.text()
    assert not dialog.create_button.isEnabled()
    dialog.choice.numbers.setText("sets=2")
    assert dialog.create_button.isEnabled()


def test_a_protocol_that_does_not_fit_the_parameters_is_refused(dialog):
    dialog.choice.which.setCurrentText("projection")
    dialog.editor.set_value("units", 10)
    assert "rule dimensions = 20 must be below units = 10" in dialog.file_message.text()
    dialog.editor.set_value("units", 100)
    assert dialog.create_button.isEnabled()


def test_what_a_protocol_decides_is_left_to_it(dialog):
    """No field contradicts it, and what was typed before comes back without it."""
    editor = dialog.editor
    run_type, problems = editor.editor_of("run_type"), editor.editor_of("problems")
    baseline = editor.editor_of("baseline_problems")
    editor.set_value("run_type", RunType.SSManifPert)
    editor.set_value("baseline_problems", 40)
    dialog.choice.which.setCurrentText("revisit-and-reverse")
    assert dialog.create_button.isEnabled(), dialog.file_message.text()
    assert not run_type.isEnabled()
    assert run_type.currentText() == ""
    assert run_type.placeholderText() == "As the protocol says"
    assert not baseline.isEnabled()
    assert (baseline.text(), baseline.placeholderText()) == ("", "as the protocol says")
    assert problems.text() == ""
    assert problems.placeholderText() == "130, by protocol"
    config = dialog.config()
    assert (config.run_type, config.problems, config.baseline_problems) == (RunType.Full, 130, 50)
    editor.undo_stack.undo()
    assert baseline.text() == ""
    editor.undo_stack.redo()
    dialog.choice.numbers.setText("sets=1, warm_up=1")
    assert problems.placeholderText() == "5, by protocol"
    editor.set_value("problems", 3)
    assert dialog.config().problems == 3
    editor.undo_stack.undo()
    dialog.choice.which.setCurrentText(NONE)
    assert run_type.isEnabled()
    assert run_type.currentText() == "SSManifPert"
    assert baseline.text() == "40"
    assert problems.placeholderText() == "101, as published"
    assert dialog.config().run_type is RunType.SSManifPert


def test_a_protocol_is_written_in_the_editor(dialog, qtbot):
    dialog.choice.which.setCurrentText("serial-reversal")
    dialog.choice.numbers.setText("reversals=1, warm_up=2")
    dialog.editor.set_value("units", 50)
    qtbot.mouseClick(dialog.choice.edit, Qt.MouseButton.LeftButton)
    (editor,) = dialog.findChildren(ProtocolDialog)
    assert editor.protocol() == template("serial-reversal", reversals=1, warm_up=2)
    editor.editing.go(2)
    rule = editor.form.parts["rule"]
    rule.choose(3)
    rule.cases[3].inputs[0].line.setText("51")
    assert "rank = 51 must be at most units = 50" in editor.message.text()
    rule.cases[3].inputs[0].line.setText("1")
    editor.editing.duplicate()
    qtbot.mouseClick(editor.use_button, Qt.MouseButton.LeftButton)
    assert dialog.choice.which.currentText() == EDITED
    assert dialog.choice.message.text().endswith(
        "5 problems: 2 × warm-up, A, reversal 1, reversal 2."
    )
    assert dialog.config().problems == 5
    assert dialog.protocol().stages[3].plan.rule == LowRank(1)
    assert dialog.create_button.isEnabled()
    again = dialog.choice.open_editor()
    assert again.protocol() == dialog.protocol()
    again.reject()


def test_a_protocol_from_a_file(dialog, tmp_path):
    dialog.choice.which.setCurrentText(FILE)
    assert dialog.file_message.text() == "Choose the file of the protocol."
    path = tmp_path / "mine.json"
    dialog.choice.file.setText(str(path))
    assert "mine.json is not a file" in dialog.file_message.text()
    path.write_text(
        json.dumps({"name": "mine", "stages": [{"count": 2}, {"problem": {"repeat": 1}}]})
    )
    dialog.choice.file.setText("")
    dialog.choice.file.setText(str(path))
    assert dialog.create_button.isEnabled()
    assert dialog.choice.message.text() == "3 problems: 2 × new, problem 1 again."
    assert dialog.config().problems == 3


def test_every_named_protocol_can_be_chosen(dialog):
    names = [dialog.choice.which.itemText(k) for k in range(dialog.choice.which.count())]
    assert set(names) == {NONE, FILE, *TEMPLATES} - {"full", "control", "ss", "ds"}
    for name in names[1:-1]:
        dialog.choice.which.setCurrentText(name)
        assert dialog.create_button.isEnabled(), dialog.file_message.text()
