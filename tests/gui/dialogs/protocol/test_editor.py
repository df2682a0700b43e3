"""The protocol editor, with mouse and keyboard."""

from __future__ import annotations

import json

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QAbstractItemView, QFileDialog, QMessageBox

from l2l_engine.config import RunConfig
from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.protocols import TEMPLATES, Protocol, Stage, notation, template, writing
from l2l_engine.protocols.reading import PERTURBATIONS
from l2l_engine.training.plan import (
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Plan,
    Projected,
    Readout,
    Repeat,
    Replay,
    Reverse,
    Similar,
    Subspace,
    Until,
)
from l2l_gui.dialogs.protocol import filing
from l2l_gui.dialogs.protocol.dialog import ProtocolDialog

UNIT = ((1.0,) + (0.0,) * 9, (0.0, 1.0) + (0.0,) * 8)


@pytest.fixture
def editor(qtbot):
    """Made on three new problems A, then A again and A reversed."""
    stages = (
        Stage(Plan(label="warm-up"), 2),
        Stage(Plan(label="A")),
        Stage(Plan(Repeat("A"), label="A again")),
        Stage(Plan(Reverse("A"), label="A reversed")),
    )
    made = ProtocolDialog(Protocol("mine", stages))
    # closing asks whether changes may be lost
    qtbot.addWidget(made, before_close_func=ProtocolDialog.accept)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def labels(editor):
    return [stage.get("label", "") for stage in editor.document.stages]


def learned(editor):
    return editor.preview.lines.stringList()


def type_into(qtbot, line, text):
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_what_will_be_learned_follows_every_edit(editor, qtbot):
    assert learned(editor) == [
        "1–2   warm-up: new",
        "3   A: new",
        "4   A again: problem 3 again",
        "5   A reversed: problem 3 reversed",
    ]
    assert editor.preview.summary.text() == "5 problems"
    editor.editing.go(0)
    type_into(qtbot, editor.form.parts["count"].input.line, "20")
    assert learned(editor)[2] == "22   A again: problem 21 again"
    assert editor.protocol().stages[0].count == 20


def test_stages_are_added_duplicated_moved_and_removed_by_key(editor, qtbot):
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    editor.editing.go(1)
    qtbot.keyClick(editor, Qt.Key.Key_D, control)
    assert labels(editor) == ["warm-up", "A", "A 2", "A again", "A reversed"]
    assert editor.editing.row == 2
    editor.stages.setFocus()
    qtbot.keyClick(editor.stages, Qt.Key.Key_Up, alt)
    assert labels(editor)[:3] == ["warm-up", "A 2", "A"]
    assert editor.editing.row == 1
    qtbot.keyClick(editor, Qt.Key.Key_N, control)
    assert labels(editor)[:4] == ["warm-up", "A 2", "", "A"]
    qtbot.keyClicks(editor.focusWidget(), "B")  # the new stage's label has the keys
    assert labels(editor)[2] == "B"
    qtbot.keyClick(editor, Qt.Key.Key_Delete, control)
    assert labels(editor) == ["warm-up", "A 2", "A", "A again", "A reversed"]


def test_a_dragged_row_moves_and_what_no_longer_holds_is_said_at_its_row(editor):
    editor.editing.go(1)
    drop(editor.stages, 3)
    assert labels(editor) == ["warm-up", "A again", "A reversed", "A"]
    wrong = "Stage 2 (A again): problem = 'A' must be the label of an earlier stage."
    assert wrong in editor.message.text()
    assert not editor.use_button.isEnabled()
    model = editor.stages.stages
    assert model.data(model.index(1, 0)) == "2 !"
    assert model.data(model.index(3, 1)) == "5"
    editor.editing.go(1)
    assert editor.form.parts["problem"].message.text() == wrong
    editor.editing.stack.undo()
    assert labels(editor) == ["warm-up", "A", "A again", "A reversed"]
    assert editor.use_button.isEnabled()


def drop(view, row):
    """Let the present row fall below another."""
    rect = view.visualRect(view.stages.index(row, 0))
    event = QDropEvent(
        QPointF(rect.bottomLeft()),
        Qt.DropAction.MoveAction,
        QMimeData(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    place = QAbstractItemView.DropIndicatorPosition.BelowItem
    view.dropIndicatorPosition = lambda: place
    view.dropEvent(event)


def test_keystrokes_in_a_field_are_one_step_to_undo(editor, qtbot):
    editor.editing.go(1)
    line = editor.form.parts["label"].input.line
    type_into(qtbot, line, "problem A")
    assert labels(editor)[1] == "problem A"
    assert learned(editor)[2:] == [  # those that refer to it follow
        "4   A again: problem 3 again",
        "5   A reversed: problem 3 reversed",
    ]
    assert editor.document.stages[2]["problem"] == {"repeat": "problem A"}
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    editor.stages.setFocus()
    qtbot.keyClick(editor.stages, Qt.Key.Key_Z, control)
    assert labels(editor)[1] == "A"
    assert editor.document.stages[2]["problem"] == {"repeat": "A"}
    assert line.text() == "A"
    qtbot.keyClick(editor.stages, Qt.Key.Key_Z, control | shift)
    assert labels(editor)[1] == "problem A"
    qtbot.keyClick(line, Qt.Key.Key_Z, control)  # not the line's own
    assert labels(editor)[1] == "A"
    number = editor.form.parts["count"].input.line
    type_into(qtbot, number, "3")
    qtbot.keyClick(number, Qt.Key.Key_Z, control)
    assert number.text() == "1"


def test_a_label_is_followed_as_far_as_it_means_its_stage(editor):
    stages = (
        Stage(Plan(label="A")),
        Stage(Plan(label="B", start="A", mixture=Interleaved(("A",)))),
        Stage(Plan(Similar("A", 0.5), label="A", mixture=Replay(0.2, ("A", "B")))),
        Stage(Plan(Repeat("A"))),
    )
    editor.editing.replace(Protocol("two", stages), "two")
    editor.editing.change("label", "X", False)
    found = editor.protocol().stages
    assert found[1].plan.start == "X"
    assert found[1].plan.mixture == Interleaved(("X",))
    assert found[2].plan.problem == Similar("X", 0.5)
    assert found[2].plan.mixture == Replay(0.2, ("X", "B"))
    assert found[3].plan.problem == Repeat("A")
    editor.editing.change("label", None, False)
    assert "'X' must be the label of an earlier stage" in editor.message.text()


@pytest.mark.parametrize(
    ("part", "case", "name", "typed", "words"),
    [
        ("count", None, "count", "0", "count = 0 must be from 1 to 1000000"),
        ("count", None, "count", "two", 'count = "two" must be a whole number'),
        ("problem", 1, "repeat", "9", "problem = 9 must be a problem learned before, 1 to 4"),
        ("problem", 3, "overlap", "1.5", "overlap = 1.5 must be from 0 to 1"),
        ("until", 1, "trials", "0", "trials = 0 must be from 1 to"),
        ("until", 1, "trials", " ", "trials is empty: it must be a whole number"),
        ("mixture", 2, "replay", "1", "replay share = 1.0 must be between 0 and 1"),
        ("rule", 3, "rank", "101", "rank = 101 must be at most units = 100"),
        ("readout", 2, "dimensions", "9", "at most manifold_dimensions = 4"),
    ],
)
def test_what_is_wrong_is_said_beneath_its_field(editor, qtbot, part, case, name, typed, words):
    editor.editing.go(3)
    field = editor.form.parts[part]
    inputs = [field.input] if case is None else field.cases[case].inputs
    if case is not None:
        field.choose(case)
        assert editor.use_button.isEnabled(), editor.message.text()  # defaults are right
    (shown,) = (each for each in inputs if each.name == name)
    type_into(qtbot, getattr(shown, "line", None) or shown.box.lineEdit(), typed)
    assert words in field.message.text()
    assert words in editor.message.text()
    assert not editor.use_button.isEnabled()
    editor.editing.stack.undo()
    assert not field.message.text()
    assert editor.use_button.isEnabled()


PLANS = [
    Plan(),
    Plan(Repeat(1), label="again"),
    Plan(Reverse("A")),
    Plan(Similar("A", 0.25)),
    Plan(Own(UNIT)),
    Plan(until=Until(False, 7)),
    Plan(until=Until(True, 2000)),
    Plan(mixture=Interleaved((1, "A"))),
    Plan(mixture=Replay(0.5)),
    Plan(mixture=Replay(0.5, ("A", 2))),
    Plan(start=1),
    Plan(start="A"),
    Plan(readout=Readout(frozen=True)),
    *(Plan(readout=Readout(kind)) for kind in PERTURBATIONS.values()),
    Plan(readout=Readout(PERTURBATIONS["ss"], 3, (2, 0, 1), True, True)),
    Plan(plastic=("recurrent", "output")),
    Plan(plastic=WEIGHT_NAMES[:1]),
    *(Plan(rule=Projected(subspace, True, 3)) for subspace in Subspace),
    Plan(rule=Projected(Subspace.BOTH)),
    Plan(rule=Orthogonal(0.1)),
    Plan(rule=LowRank(3)),
    Plan(rule=Elastic(2.5)),
    Plan(keep_moments=True),
    Plan(changes={"delay_ms": 2000.0, "sigma_rec": 0.1, "max_trials": 30}),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: json.dumps(writing.value_of(Stage(plan))))
def test_the_form_shows_every_stage_as_it_is(editor, plan):
    protocol = Protocol("all", (Stage(Plan(label="A"), 3), Stage(Plan()), Stage(plan, 4)))
    editor.editing.replace(protocol, "all")
    editor.editing.go(2)
    assert editor.protocol() == protocol
    form = {name: part.value() for name, part in editor.form.parts.items()}
    shown = {name: value for name, value in form.items() if value is not None}
    assert shown == {**writing.value_of(Stage(plan, 4))}
    editor.editing.go(1)  # and leaves nothing behind for another
    assert {part.value() for part in editor.form.parts.values() if part.name != "plastic"} == {None}
    assert editor.form.parts["plastic"].value() is None
    assert editor.protocol() == protocol


def test_every_template_is_put_in_place_and_taken_back(editor):
    before = editor.protocol()
    for action in editor.templates.menu().actions():
        action.trigger()
        assert editor.protocol() == template(action.text())
        assert editor.use_button.isEnabled(), editor.message.text()
        editor.editing.stack.undo()
        assert editor.protocol() == before
    assert [action.text() for action in editor.templates.menu().actions()] == list(TEMPLATES)


def test_a_protocol_is_saved_and_opened_again(editor, tmp_path):
    path = tmp_path / "mine.json"
    editor.files.write(path)
    assert notation.read(path) == editor.protocol()
    editor.editing.remove()
    assert editor.editing.unsaved
    editor.files.read(path)
    assert editor.protocol() == notation.read(path)


def test_a_name_without_an_ending_never_replaces_a_file_unasked(editor, tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    path.write_text("other")
    typed = lambda *_: (str(tmp_path / "mine"), "")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getSaveFileName", typed)
    monkeypatch.setattr(filing, "agrees", lambda *_: False)
    editor.save_button.click()
    assert path.read_text() == "other"
    monkeypatch.setattr(filing, "agrees", lambda *_: True)
    editor.save_button.click()
    assert notation.read(path) == editor.protocol()


def test_a_file_that_holds_no_protocol_changes_nothing(editor, tmp_path):
    before = editor.document
    path = tmp_path / "bad.json"
    path.write_text('{"stages": [{"until": {"trials": 0}}]}')
    editor.files.read(path)
    assert "bad.json: Stage 1: trials = 0 must be from 1" in editor.message.text()
    editor.files.write(tmp_path / "nowhere" / "mine.json")
    assert "could not be written" in editor.message.text()
    assert editor.document == before


def test_own_stimuli_come_from_a_file(editor, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in UNIT))
    editor.editing.go(3)
    editor.form.parts["problem"].choose(4)
    assert editor.use_button.isEnabled(), editor.message.text()
    (vectors,) = editor.form.parts["problem"].cases[4].inputs
    assert "own.txt cannot be read" in vectors.read(str(tmp_path / "own.txt"))
    assert vectors.read(str(path)) == ""
    assert editor.protocol().stages[3].plan.problem == Own(UNIT)
    vectors.line.setText("1 2; 3 x")
    vectors.edited.emit(True)
    assert "own must be two lists of numbers" in editor.message.text()


def test_parameters_are_changed_with_their_units_and_left_again(editor, qtbot):
    changes = editor.form.parts["changes"]
    editor.editing.go(3)
    changes.add("delay_ms")
    row = changes.rows["delay_ms"]
    assert row.unit.text() == "ms"
    type_into(qtbot, row.editor, "-1")
    assert "delay_ms = -1 ms is out of range" in changes.message.text()
    type_into(qtbot, row.editor, "2000")
    assert editor.protocol().stages[3].plan.changes == {"delay_ms": 2000}
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert editor.protocol().stages[3].plan.changes == {}


def test_a_branch_refers_to_what_was_learned(qtbot):
    made = ProtocolDialog(after=50)
    qtbot.addWidget(made, before_close_func=ProtocolDialog.accept)
    made.show()
    made.form.parts["problem"].choose(2)
    assert made.preview.lines.stringList() == ["51   problem 50 reversed"]
    assert made.preview.summary.text() == "1 problem after problem 50"
    made.files.use_template("revisit-and-reverse")
    assert made.protocol().after == 50


def test_the_runs_parameters_decide_what_fits(qtbot):
    made = ProtocolDialog(config=RunConfig(units=16))
    qtbot.addWidget(made, before_close_func=ProtocolDialog.accept)
    made.editing.add()
    made.form.parts["rule"].choose(3)
    made.form.parts["rule"].cases[3].inputs[0].line.setText("17")
    assert "rank = 17 must be at most units = 16" in made.message.text()


def test_closing_asks_before_changes_are_lost(editor, qtbot, monkeypatch):
    asked = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        names = {button.text(): button for button in box.buttons()}
        names["Keep"].click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    editor.editing.duplicate()
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert asked == ["The changes to the protocol will be lost."]
    editor.editing.stack.undo()
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()


def test_every_control_is_reached_by_tab_and_has_a_name(editor, qtbot):
    seen = []
    editor.name.setFocus()
    for _ in range(80):
        widget = editor.focusWidget()
        if widget in seen:
            break
        seen.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert editor.stages in seen
    assert editor.preview.view in seen
    assert editor.templates in seen
    for part in editor.form.parts.values():
        proxy = part.focusProxy()
        while proxy.focusProxy() is not None:
            proxy = proxy.focusProxy()
        assert proxy in seen, part.name
