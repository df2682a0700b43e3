"""Movies asked for in the window, of panels and of all of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from driving import PATIENCE, settle
from PIL import Image
from PyQt6.QtCore import Qt

from l2l_gui.dialogs.movie import Moves, MovieDialog
from l2l_gui.output import exporting
from l2l_gui.window import filming


def ask(window, qtbot, panel: str, moves: Moves, path, **values) -> MovieDialog:
    """From the panel's own menu, as with the mouse."""
    shown = window.workspaces.panel(panel)
    menu = window.workspaces.current.header(shown).menu()
    next(action for action in menu.actions() if action.text() == "Movie…").trigger()
    menu.close()
    dialog = window.findChild(MovieDialog)
    dialog.moves.setCurrentIndex(dialog.moves.findData(moves))
    dialog.seconds.setValue(values.pop("seconds", 1.0))
    dialog.fps.setValue(values.pop("fps", 8))
    dialog.first.setValue(values.pop("first", 1))
    dialog.last.setValue(values.pop("last", 60))
    dialog.subject.setCurrentIndex(values.pop("subject", 0))
    dialog.file.setText(str(path))
    assert not values
    return dialog


def film(window, dialog, qtbot) -> None:
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.features.filming.running, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not window.features.filming.running, timeout=PATIENCE)


def frames(path) -> list[np.ndarray]:
    with Image.open(path) as movie:
        found = []
        for number in range(movie.n_frames):
            movie.seek(number)
            found.append(np.asarray(movie.convert("RGB")).astype(int))
    return found


def differing(found: list[np.ndarray]) -> int:
    return sum(bool(np.abs(before - after).max() > 60) for before, after in pairwise(found))


def test_a_trial_plays_in_a_movie_and_the_cursor_goes_back(opened, tmp_path, qtbot, no_errors):
    opened.selection.update(time=700.0)
    path = tmp_path / "trial.gif"
    film(opened, ask(opened, qtbot, "trial", Moves.TRIAL, path), qtbot)
    found = frames(path)
    assert len(found) == 8
    assert differing(found) == 7
    assert opened.selection.value.time == 700.0
    assert str(path) in opened.notifications.bars[-1].sentence


def test_each_frame_waits_until_its_problem_is_drawn(
    opened, tmp_path, qtbot, monkeypatch, no_errors
):
    opened.selection.select_problem(20)
    shown, panel = [], opened.workspaces.panel("activity")

    def picture(widget, scale):
        assert widget is panel.body
        shown.append(panel.answer.value.problem)
        return exporting.picture(widget, scale)

    monkeypatch.setattr(filming, "picture", picture)
    path = tmp_path / "activity.gif"
    dialog = ask(opened, qtbot, "activity", Moves.PROBLEMS, path, first=3, last=10)
    film(opened, dialog, qtbot)
    assert shown == list(range(3, 11))
    assert differing(frames(path)) >= 3
    assert opened.selection.value.problem == 20


def test_learning_is_seen_again_and_the_run_is_as_before(opened, tmp_path, qtbot, no_errors):
    before = opened.runner.session.snapshot
    path = tmp_path / "learning.gif"
    dialog = ask(opened, qtbot, "learning_curve", Moves.LEARNING, path, first=1, last=40)
    film(opened, dialog, qtbot)
    assert differing(frames(path)) >= 5
    assert opened.runner.session.snapshot is before
    assert opened.selection.problems == before.problems
    settle(opened, qtbot)


def test_the_whole_window_is_filmed_as_mp4(opened, tmp_path, qtbot, no_errors):
    path = tmp_path / "window.mp4"
    dialog = ask(opened, qtbot, "trial", Moves.TRIAL, path, seconds=0.5, subject=2)
    assert dialog.subject.currentText() == "The whole window"
    film(opened, dialog, qtbot)
    assert path.read_bytes()[4:8] == b"ftyp"


def test_a_movie_is_cancelled_from_the_status_bar(opened, tmp_path, qtbot, no_errors):
    path = tmp_path / "long.gif"
    dialog = ask(opened, qtbot, "trial", Moves.TRIAL, path, seconds=500.0, fps=60)
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    camera = opened.features.filming
    qtbot.waitUntil(lambda: camera.running and camera._shown > 3, timeout=PATIENCE)
    assert camera.status.isVisible()
    qtbot.mouseClick(camera.status.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not camera.running, timeout=PATIENCE)
    assert "cancelled" in opened.notifications.bars[-1].sentence
    assert [p.name for p in tmp_path.iterdir() if "long" in p.name] == []


def test_hiding_what_is_filmed_stops_the_movie(opened, tmp_path, qtbot):
    dialog = ask(opened, qtbot, "trial", Moves.TRIAL, tmp_path / "a.gif", seconds=500.0)
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    camera = opened.features.filming
    qtbot.waitUntil(lambda: camera.running and camera._shown > 1, timeout=PATIENCE)
    opened.workspaces.go("figures")
    qtbot.waitUntil(lambda: not camera.running, timeout=PATIENCE)
    assert any("hidden" in bar.sentence for bar in opened.notifications.bars)
    settle(opened, qtbot)


@pytest.mark.parametrize(
    ("name", "words"), [("a.avi", "ending"), ("none/a.gif", "does not exist"), ("", "Name")]
)
def test_a_file_that_cannot_be_is_refused(opened, tmp_path, qtbot, name, words):
    path = tmp_path / name if name else ""
    dialog = ask(opened, qtbot, "trial", Moves.TRIAL, path)
    assert words in dialog.note.text()
    assert not dialog.make_button.isEnabled()
    dialog.reject()
