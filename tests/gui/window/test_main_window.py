"""The window on a learned session, used with mouse and keyboard; nothing is trained here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from driving import PATIENCE, settle
from PyQt6 import sip
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QDialog, QFileDialog, QPushButton, QToolButton

from l2l_gui import app
from l2l_gui.look.resources_path import data
from l2l_gui.look.theme import Mode, theme
from l2l_gui.model.settings import settings
from l2l_gui.model.working_copy import first_session
from l2l_gui.window.actions import UNTIL_PROVIDED
from l2l_gui.window.main_window import MainWindow
from l2l_gui.window.view_menu import set_theme


def panel(window: MainWindow, name: str):
    found = window.workspaces.panel(name)
    assert found is not None
    return found


def click(qtbot, plot_panel, x: float, y: float) -> None:
    """Click a point given in the plot's coordinates."""
    plot_panel.view.grab()  # people click on what is painted; ranges follow at the next painting
    box = plot_panel.plot.vb
    where = plot_panel.view.mapFromScene(box.mapViewToScene(QPointF(x, y)))
    qtbot.mouseMove(plot_panel.view.viewport(), where)
    qtbot.mouseClick(plot_panel.view.viewport(), Qt.MouseButton.LeftButton, pos=where)


def button(inside, text: str) -> QPushButton:
    return next(button for button in inside.findChildren(QPushButton) if button.text() == text)


# -- starting ------------------------------------------------------------------------------


def test_the_window_is_shown_without_tensorflow_matplotlib_or_scipy():
    code = (
        "import sys\n"
        "from l2l_gui.window.application import application\n"
        "app = application()\n"
        "from l2l_gui.window.main_window import MainWindow\n"
        "window = MainWindow(); window.show(); app.processEvents(); window.close()\n"
        "heavy = {'tensorflow', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported at start: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_version_is_printed_without_a_window(capsys):
    with pytest.raises(SystemExit) as ended:
        app.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("l2l-gui ")


def test_without_a_session_it_says_what_to_do_and_offers_a_new_run(window, qtbot):
    assert window.empty.isVisible()
    assert not window.actions_by_name["run"].isEnabled()
    qtbot.mouseClick(button(window.empty, "New…"), Qt.MouseButton.LeftButton)
    dialogs = window.findChildren(QDialog)
    assert [dialog.windowTitle() for dialog in dialogs] == ["New run"]
    dialogs[0].reject()


def test_the_example_can_always_be_opened(window, qtbot):
    qtbot.mouseClick(button(window.empty, "Open the example"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    assert window.runner.session.path == data("pretrained.h5")
    settle(window, qtbot)


def test_sessions_opened_lately_are_offered_without_one(window, learned, qtbot):
    settings.add_recent(learned)
    window.empty.hide()
    window.empty.show()
    qtbot.mouseClick(button(window.empty, "learned.h5"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    assert window.runner.session.path == learned
    settle(window, qtbot)


def test_the_last_session_is_opened_next_time(opened, learned):
    assert first_session() == [learned]
    learned.unlink()
    assert learned not in first_session()


# -- looking -------------------------------------------------------------------------------


def test_a_session_shows_its_run_and_its_problems(opened):
    session = opened.runner.session
    assert opened.run_dock.fact("Seed") == "0"
    assert opened.run_dock.fact("Problems").startswith(f"{session.problems:,} of")
    model = opened.run_dock.problems.model()
    assert model.index(0, 1).data() == f"{session.snapshot.counts[0]:,.0f}"
    assert model.index(0, 3).data() == "learned"
    for name in ("learning_curve", "present_problem", "trial", "activity"):
        assert panel(opened, name).has_content, name


def test_clicking_a_point_selects_that_problem_everywhere(opened, qtbot, no_errors):
    curve = panel(opened, "learning_curve")
    count = opened.runner.session.snapshot.counts[11]
    click(qtbot, curve, 12, np.log10(count))
    settle(opened, qtbot)
    assert opened.selection.value.problem == 12
    assert not opened.selection.value.follow_live
    assert opened.transport.problem_number.value() == 12
    assert opened.run_dock.problems.currentIndex().row() == 11
    assert panel(opened, "trial").answer.value.label == "network after problem 12, noise off"
    assert panel(opened, "present_problem").answer.value.problem == 12
    assert len(panel(opened, "present_problem").answer.value.values) == count + 50


def test_the_keyboard_steps_through_problems_and_follow_live_returns(opened, qtbot):
    last = opened.runner.session.problems
    qtbot.keyClick(opened, Qt.Key.Key_Comma)
    assert opened.selection.value.problem == last - 1
    assert not opened.actions_by_name["follow_live"].isChecked()
    qtbot.keyClick(opened, Qt.Key.Key_L)
    assert opened.selection.value.follow_live
    table = opened.run_dock.problems
    table.setFocus()
    table.selectRow(4)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert opened.selection.value.problem == 6


def test_a_stimulus_can_be_chosen_and_both_are_shown_side_by_side(opened, qtbot):
    trial = panel(opened, "trial")
    assert [outputs.plot.isVisible() for _, outputs in trial.grid.columns] == [True, True]
    opened.transport.stimulus.setCurrentText("1")
    settle(opened, qtbot)
    assert [outputs.plot.isVisible() for _, outputs in trial.grid.columns] == [True, False]
    response = trial.grid.columns[0][1].curves[4].getData()[1]  # after three targets
    assert response[-1] > 0.9


def test_the_time_cursor_runs_through_every_panel_while_the_trial_plays(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: opened.selection.value.time > 100, timeout=PATIENCE)
    qtbot.keyClick(opened, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    time = opened.selection.value.time
    assert panel(opened, "trial").grid.columns[0][1].axes.cursor.value() == time
    assert panel(opened, "activity").grid.columns[0][0].axes.cursor.value() == time


def test_a_hidden_panel_computes_nothing_until_it_is_seen(opened, qtbot):
    workspace = opened.workspaces.current
    activity = panel(opened, "activity")
    dock = workspace.docks[workspace.panels.index(activity)]
    dock.hide()
    asked = []
    activity.ask = lambda view, original=activity.ask: asked.append(1) or original(view)
    opened.selection.select_problem(3)
    settle(opened, qtbot)
    assert asked == []
    next(each for each in workspace.toggles() if each.text() == activity.title).trigger()
    qtbot.waitUntil(lambda: asked == [1])  # in front of the panel it shares its place with
    settle(opened, qtbot)
    assert activity.answer.value.problem == 3


def test_units_can_be_sorted_by_their_peak(opened, qtbot):
    activity = panel(opened, "activity")
    activity.tools()[0].trigger()
    settle(opened, qtbot)
    drawn = activity.table().plain()
    states = (drawn["stimulus 0 rate"] + drawn["stimulus 1 rate"]) / 2
    assert (np.diff(states[3::4].argmax(axis=0)) >= 0).all()


def test_several_sessions_can_be_open_and_one_left_out(opened, learned, tmp_path, qtbot):
    other = tmp_path / "other.h5"
    other.write_bytes(learned.read_bytes())
    opened.open_files([learned, other])
    qtbot.waitUntil(lambda: len(opened.sessions) == 2, timeout=PATIENCE)
    assert opened.selection.value.sessions == (learned, other)
    menu = opened.compared_menu
    menu.fill()
    assert [item.text() for item in menu.actions()] == ["other.h5"]
    menu.actions()[0].trigger()
    assert opened.selection.value.sessions == (learned,)
    menu.fill()
    assert not any(item.isEnabled() for item in menu.actions())


# -- files ---------------------------------------------------------------------------------


def test_a_dropped_file_is_opened(window, learned, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(learned))])
    where = QPointF(window.rect().center())
    window.dropEvent(
        QDropEvent(
            where,
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    assert window.runner.session.path == learned
    assert settings.recent == [learned]


def _no_hdf5(path: Path) -> None:
    path.write_text("not a session")


def _no_session(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["numbers"] = [1, 2, 3]


def _newer(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs.update({"format": "l2l-session", "version": 99, "config": "{}"})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_no_hdf5, "not an HDF5 file"),
        (_no_session, "not a session"),
        (_newer, "newer format"),
        (lambda path: None, "does not exist"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_the_session_stays(opened, tmp_path, qtbot, spoil, words):
    bad = tmp_path / "bad.h5"
    spoil(bad)
    before = opened.runner.session
    opened.runner.open(bad)
    qtbot.waitUntil(lambda: bool(opened.notifications.bars), timeout=PATIENCE)
    sentence = opened.notifications.bars[-1].sentence
    assert words in sentence
    assert "bad.h5" in sentence
    assert "Traceback" not in sentence
    assert opened.runner.session is before


def test_open_asks_for_a_file(window, learned, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(learned), ""))
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)


# -- panels --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["learning_curve", "present_problem", "trial", "activity"])
def test_every_panel_explains_itself_and_exports_picture_and_data(
    opened, qtbot, name, tmp_path, monkeypatch
):
    shown = panel(opened, name)
    assert shown.help.count(". ") >= 2
    assert "Goudar" in shown.help
    header = opened.workspaces.current.header(shown)
    for ending in (".svg", ".npz"):
        target = tmp_path / f"{name}{ending}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, t=target: (str(t), ""))
        header.export.trigger()
        assert target.stat().st_size > 500
    with np.load(tmp_path / f"{name}.npz") as arrays:
        assert len(arrays.files) > 2
    header._copy_data()


def test_the_layout_is_remembered_and_can_be_reset(opened, learned, qtbot):
    workspace = opened.workspaces.current
    workspace.docks[0].hide()
    opened.close()
    again = MainWindow()
    again.runner.warms = False
    again.show()
    again.runner.open(learned)
    qtbot.waitUntil(lambda: again.runner.session is not None, timeout=PATIENCE)
    settle(again, qtbot)
    docks = again.workspaces.current.docks
    assert docks[0].isHidden()
    again.actions_by_name["reset_layout"].trigger()
    assert not docks[0].isHidden()
    again.close()
    sip.delete(again)


def test_the_theme_changes_at_once_and_is_remembered(opened, qtbot):
    set_theme(Mode.DARK)
    assert settings.text("theme") == "dark"
    curve = panel(opened, "learning_curve")
    assert curve.view.backgroundBrush().color().name() == theme.palette.panel


def test_the_shortcut_sheet_lists_every_key(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_F1)
    sheet = next(d for d in opened.findChildren(QDialog) if d.isVisible())
    assert sheet.windowTitle() == "Keyboard shortcuts"
    keys = dict(opened.actions_by_name.sheet())
    assert keys["Run"] == "Space"
    assert keys["Step trial"] == "T"
    sheet.reject()


def test_an_action_nobody_provides_is_not_shown(opened, qtbot):
    actions, done = opened.actions_by_name, []
    for name in UNTIL_PROVIDED:
        if not actions[name].isVisible():
            actions.provide(name, lambda name=name: done.append(name))
            actions[name].trigger()
            assert done[-1] == name
        assert actions[name].isVisible()


def test_everything_to_press_has_a_name(opened):
    nameless = [
        button
        for button in opened.findChildren(QToolButton)
        if button.isVisible() and not (button.accessibleName() or button.text())
    ]
    assert not nameless


def test_a_spoiled_setting_counts_as_missing(window, tmp_path):
    settings.put("recent", "[1, {")
    settings.put("panel/activity", "no json")
    settings.put("layout/learn", "text")
    assert settings.recent == []
    assert settings.plain("panel/activity") == {}
    assert settings.bytes("layout/learn") is None


def test_space_presses_the_button_that_has_the_focus(opened, qtbot):
    loop = opened.transport.loop
    before = loop.isChecked()
    loop.setFocus()
    qtbot.keyClick(loop, Qt.Key.Key_Space)
    assert loop.isChecked() != before
    assert not opened.runner.training


def test_hovering_a_point_says_what_it_is(opened, qtbot):
    curve = panel(opened, "learning_curve")
    where = curve.view.mapFromScene(curve.plot.vb.mapViewToScene(QPointF(5, 2)))
    place = curve.pointing.place(curve.view.mapToScene(where))
    assert curve.pointing.tip(*place).startswith("Problem 5,")
    outside = curve.view.mapToScene(QPoint(1, 1))
    assert curve.pointing.place(outside) is None


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.5])
def test_the_process_ends_cleanly_whenever_the_window_is_closed(learned, tmp_path, seconds):
    """Also while TensorFlow is being imported or the network compiled."""
    code = (
        "import sys; from pathlib import Path\n"
        "from PyQt6.QtCore import QTimer\n"
        "from l2l_gui.model.settings import settings\n"
        f"settings.use_file(Path({str(tmp_path / 'settings.ini')!r}))\n"
        "from l2l_gui.window.application import application\n"
        "app = application()\n"
        "from l2l_gui.window.main_window import MainWindow\n"
        "window = MainWindow(); window.show()\n"
        f"window.open_files([Path({str(learned)!r})])\n"
        f"QTimer.singleShot({round(1e3 * seconds)}, window.close)\n"
        "sys.exit(app.exec())\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
