"""Sweeps asked for, watched, stopped and resumed in the window, by real worker processes."""

from __future__ import annotations

import json
import re

import pytest
from driving import PATIENCE, TINY, settle
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox

from l2l_engine.config import RunConfig, RunType
from l2l_engine.protocols.templates import explain
from l2l_engine.storage.session import Session

NAMES = set(json.loads(RunConfig().to_json())) - {"seed", "run_type", "problems", "same_problems"}


def settings_text(**changes) -> str:
    """Lines of everything in which the tiny network differs from the paper's."""
    tiny, paper = (
        json.loads(config.to_json()) for config in (TINY.replace(**changes), RunConfig())
    )
    return "\n".join(f"{name} = {tiny[name]}" for name in NAMES if tiny[name] != paper[name])


def dialog_of(window, folder, **changes):
    window.actions_by_name["sweep"].trigger()
    dialog = window.features.sweeps.dialog
    dialog.form.folder.setText(str(folder))
    dialog.form.seeds.setText("0")
    dialog.form.workers.setValue(1)
    dialog.form.settings.setPlainText(settings_text(**changes))
    return dialog


def test_a_grid_is_trained_watched_and_a_run_opened(window, tmp_path, qtbot, no_errors):
    dialog = dialog_of(window, tmp_path / "sweep")
    dialog.form.seeds.setText("0-1")
    dialog.form.problems.setValue(2)
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert not dialog.form.isEnabled()
    assert window.features.sweeps.status.isVisible()
    qtbot.waitUntil(lambda: not dialog.running, timeout=PATIENCE)
    assert dialog.words.text() == "2 of 2 runs are done"
    assert [dialog.table.item(row, 1).text() for row in (0, 1)] == ["done", "done"]
    assert dialog.table.item(0, 2).text() == "2 of 2"
    x, _ = dialog.curves[RunType.Full].getOriginalDataset()
    assert len(x) == 6  # two curves of two problems, a gap after each
    dialog.table.selectRow(1)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    assert window.runner.session.config.seed == 1
    settle(window, qtbot)


def test_runs_follow_a_protocol_with_every_value_of_its_numbers(window, tmp_path, qtbot, no_errors):
    dialog = dialog_of(window, tmp_path / "sweep")
    form = dialog.form
    assert not form.protocol.numbers.isVisible()
    form.protocol.which.setCurrentText("serial-reversal")
    assert not form.types[RunType.Full].isEnabled()
    assert explain("serial-reversal") in form.protocol.message.text()
    assert form.protocol.numbers.text() == "reversals=10; warm_up=50"
    form.protocol.numbers.setText("reversals=0,1; warm_up=1")
    form.seeds.setText("0-1")
    assert len(form.runs()) == 4
    form.seeds.setText("0")
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.running, timeout=PATIENCE)
    assert dialog.words.text() == "2 of 2 runs are done"
    names = [dialog.table.item(row, 0).text() for row in (0, 1)]
    assert names == ["serial-reversal_reversals=0_seed0", "serial-reversal_reversals=1_seed0"]
    with Session.open(tmp_path / "sweep" / f"{names[1]}.h5") as session:
        assert session.labels == ["warm-up", "A", "reversal 1"]
    form.protocol.which.setCurrentIndex(0)
    assert form.types[RunType.Full].isEnabled()
    settle(window, qtbot)


def test_what_is_wrong_with_a_sweeps_protocol_is_said_and_nothing_starts(
    window, tmp_path, qtbot, no_errors
):
    dialog = dialog_of(window, tmp_path / "sweep")
    chosen = dialog.form.protocol
    chosen.which.setCurrentText("replay")
    for numbers, said in (
        ("size=3", "replay has no parameter size"),
        ("share=2", "replay share = 2.0 must be between 0 and 1"),
        ("share", "should read NAME=VALUE"),
    ):
        chosen.numbers.setText(numbers)
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        assert not dialog.running
        assert said in dialog.message.text()
    chosen.which.setCurrentText("From a file…")
    assert chosen.file.isVisible()
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert "Choose the file of the protocol." in dialog.message.text()
    chosen.file.setText(str(tmp_path / "none.json"))
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert "none.json" in dialog.message.text()
    assert not dialog.running


def test_a_stopped_sweep_is_resumed_where_it_was(window, tmp_path, qtbot, monkeypatch, no_errors):
    folder = tmp_path / "sweep"
    # a file shows new trials at the end of each problem, or after eight seconds
    dialog = dialog_of(window, folder, max_trials=300, criterion_loss=1e-9)
    dialog.form.problems.setValue(1000)
    dialog.start.click()
    qtbot.waitUntil(
        lambda: dialog._progress is not None and dialog._progress.runs[0].trials > 0,
        timeout=PATIENCE,
    )
    qtbot.waitUntil(lambda: "left" in dialog.words.text(), timeout=PATIENCE)
    assert re.fullmatch(r"\d.* (s|min|h)", dialog.table.item(0, 4).text())
    asked = []
    monkeypatch.setattr(
        QMessageBox, "exec", lambda box: asked.append(box.text()) or box.defaultButton().click()
    )
    window.close()
    assert "sweep" in asked[0]
    assert window.isVisible()
    qtbot.mouseClick(dialog.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.running, timeout=PATIENCE)
    assert "it can be resumed" in dialog.words.text()
    (path,) = folder.glob("*.h5")
    with Session.open(path) as session:
        before = session.n_trials
        assert session.checkpoint() is not None
    assert dialog.resume.isVisible()
    assert "Resume" in dialog.message.text()
    qtbot.mouseClick(dialog.resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: dialog._progress is not None and dialog._progress.runs[0].trials > before,
        timeout=PATIENCE,
    )

    def agree(box: QMessageBox) -> None:
        next(button for button in box.buttons() if button.text() == "Stop and close").click()

    monkeypatch.setattr(QMessageBox, "exec", agree)
    window.close()
    assert not window.isVisible()
    with Session.open(path) as session:
        assert session.n_trials > before


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("seeds", "a-b", "should read like"),
        ("seeds", "5-1", "empty range"),
        ("seeds", "0, 0", "twice"),
        ("folder", "", "Name the folder"),
        ("settings", "sigma_wreck = 1", "sigma_wreck"),
        ("settings", "sigma_rec", "NAME=VALUE"),
        ("settings", "sigma_rec = -1", "out of range"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_said(window, tmp_path, qtbot, field, text, words):
    dialog = dialog_of(window, tmp_path / "sweep")
    widget = getattr(dialog.form, field)
    (widget.setPlainText if field == "settings" else widget.setText)(text)
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert words in dialog.message.text()
    assert not dialog.running
