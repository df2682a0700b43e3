"""Slow motion: a problem's learning replayed, scrubbed, played and stepped."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bench import Bench
from PyQt6.QtCore import Qt

from l2l_engine.replay import Replay
from l2l_engine.storage.session import Session
from l2l_gui.panels.learn.slow_motion import SlowMotionPanel


@pytest.fixture
def bench(qtbot, six_problems: Path, tmp_path: Path, no_errors) -> Iterator[Bench]:
    """Six problems that a tiny network has learned; the third is selected."""
    made = Bench(qtbot, Path(shutil.copyfile(six_problems, tmp_path / "six.h5")), 6)
    made.select(3)
    yield made
    made.close()


def replayed(bench: Bench, panel: SlowMotionPanel) -> None:
    bench.qtbot.mouseClick(panel.replay_button, Qt.MouseButton.LeftButton)
    bench.qtbot.waitUntil(lambda: not panel.replayer.running, timeout=60_000)


def test_every_problem_is_replayed_to_the_bit_and_the_file_stays_as_it_is(six_problems):
    before = hashlib.sha256(six_problems.read_bytes()).digest()
    with Session.open(six_problems) as session:
        for problem in (1, 4):
            losses = session.trial_column("task_loss")
            wanted = losses[session.trial_column("problem") == problem - 1]
            with Replay(session, problem) as replay:
                assert not replay.exact()
                found = [step.trial.task_loss for step in replay]
                assert replay.exact()
            np.testing.assert_array_equal(np.array(found, np.float32), wanted)
            assert replay.trials == len(found)
    assert hashlib.sha256(six_problems.read_bytes()).digest() == before


def test_the_first_and_the_last_network_are_seen_before_anything_is_replayed(bench):
    panel = bench.show(SlowMotionPanel)
    learning = panel.answer.value
    assert panel.at == 0
    assert "press Replay" not in panel.words.text()
    panel.slider.setValue(learning.trials)
    assert f"trial {learning.trials} of {learning.trials}" in panel.words.text()
    shown = panel.view.grid.columns[1][0].curves[1].getData()[1]
    np.testing.assert_array_equal(shown, learning.after.outputs[1, :, 1])
    panel.slider.setValue(5)
    assert "press Replay to see its network" in panel.words.text()
    assert panel.replayer.report is None


def test_a_replay_gives_every_trial_and_ends_with_the_network_of_the_file(bench):
    panel = bench.show(SlowMotionPanel)
    panel.option_values.set("speed", "500")
    learning = panel.answer.value
    replayed(bench, panel)
    report = panel.replayer.report
    assert (report.count, report.exact) == (learning.trials, True)
    assert "to the bit" in panel.words.text()
    last = report.frames[-1]
    np.testing.assert_array_equal(last.outputs, learning.after.outputs)
    assert last.change == pytest.approx(learning.after.change)
    bench.qtbot.waitUntil(lambda: panel.at == learning.trials, timeout=60_000)  # it plays by itself
    assert not panel.play_button.isChecked()
    panel.slider.setFocus()
    bench.qtbot.keyClick(panel.slider, Qt.Key.Key_Left)  # a step back
    assert panel.at == learning.trials - 1
    shown = panel.view.grid.columns[0][0].curves[0].getData()[1]
    np.testing.assert_array_equal(shown, report.frames[learning.trials - 2].outputs[0, :, 0])
    assert np.isfinite(panel.table().plain()["recurrent change"]).all()
    bench.select(5)
    bench.settle()
    assert panel.replayer.report is None
    assert panel.at == 0


def test_a_replay_is_stopped_where_it_is_and_keeps_what_it_has(bench, monkeypatch):
    panel = bench.show(SlowMotionPanel)
    look = panel.answer.value.lens.frame
    monkeypatch.setattr(
        type(panel.answer.value.lens), "frame", lambda lens, weights: (wait(), look(weights))[1]
    )

    def wait() -> None:
        import time

        time.sleep(0.05)

    panel.replay_button.click()
    bench.qtbot.waitUntil(lambda: panel.replayer.report.count > 1, timeout=60_000)
    assert panel.replay_button.text() == "Stop"
    panel.replay_button.click()
    bench.qtbot.waitUntil(lambda: not panel.replayer.running, timeout=60_000)
    report = panel.replayer.report
    assert 1 < report.count < panel.answer.value.trials
    assert report.exact is None
    assert panel.replay_button.text() == "Replay"
