"""Learning and repeating in the Perturb workspace, with a tiny network and the real engine."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from driving import PATIENCE, TINY, settle
from PyQt6.QtCore import Qt

from l2l_engine.perturbation import PerturbationKind
from l2l_engine.run import Run
from l2l_engine.training.relearning import Relearning
from l2l_gui.workers import quiet_import

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def every_noise_thread_ends(monkeypatch):
    """Keeps each copy in training: one that is forgotten ends its thread, closed or not."""
    kept, begin = [], Relearning.__init__

    def remember(relearning, *arguments, **options):
        begin(relearning, *arguments, **options)
        kept.append(relearning)

    monkeypatch.setattr(Relearning, "__init__", remember)
    yield
    left = [thread for thread in threading.enumerate() if "training-helper" in thread.name]
    assert not left, f"{len(left)} of {len(kept)} were not closed"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A tiny network that learned its problems."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.h5"
    with Run.create(path, TINY) as run:
        while not run.finished:
            run.step()
    return path


@pytest.fixture
def lab(window, session, qtbot, no_errors):
    window.resize(1600, 1000)
    window.runner.open(session)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    window.workspaces.go("perturb")
    settle(window, qtbot)
    found = window.workspaces.panel("perturb_controls").lab
    qtbot.waitUntil(lambda: found.response is not None, timeout=PATIENCE)
    found.edit(kind=PerturbationKind.DECISION_TO_STIMULUS)
    return found


def front(window, name):
    """Bring a tabbed panel to the front."""
    workspace = window.workspaces.go("perturb")
    next(dock for dock in workspace.docks if dock.panel.name == name).raise_()
    return window.workspaces.panel(name)


def test_learn_trains_both_copies_and_says_what_each_took(window, lab, session, qtbot):
    before = session.read_bytes()
    panel = front(window, "perturb_learning")
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(panel.start_button, LEFT)
    assert not panel.start_button.isEnabled()
    qtbot.waitUntil(lambda: not lab.learner.running, timeout=PATIENCE)
    settle(window, qtbot)
    report = lab.learner.report
    assert not report.error
    outcomes = report.value.outcomes
    assert all(outcome is not None for outcome in outcomes)
    assert "to criterion" in panel.words.text() or "failed" in panel.words.text()
    data = panel.table().plain()
    assert len(data["trial"]) == max(outcome.trials for outcome in outcomes)
    assert np.isfinite(data["perturbed task loss"]).sum() == outcomes[1].trials
    assert panel.view.means[1].getData()[0][-1] == outcomes[1].trials
    assert session.read_bytes() == before
    assert panel.start_button.isEnabled()


def test_learning_stops_between_trials(window, lab, qtbot):
    panel = front(window, "perturb_learning")
    hopeless = lab.subject.config.replace(criterion_loss=1e-9, max_trials=100_000)
    object.__setattr__(lab.subject, "config", hopeless)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(panel.start_button, LEFT)
    qtbot.waitUntil(
        lambda: (
            lab.learner.report.value is not None and len(lab.learner.report.value.losses[0]) > 5
        ),
        timeout=PATIENCE,
    )
    assert panel.stop_button.isEnabled()
    qtbot.mouseClick(panel.stop_button, LEFT)
    qtbot.waitUntil(lambda: not lab.learner.running, timeout=PATIENCE)
    settle(window, qtbot)
    assert lab.learner.report.stopped
    assert "stopped, trial" in panel.words.text()


def test_repeats_fill_the_boxes_and_can_be_exported(window, lab, qtbot, tmp_path):
    panel = front(window, "perturb_boxes")
    panel.option_values.set("repeats", 3)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(panel.start_button, LEFT)
    qtbot.waitUntil(lambda: not lab.learner.running, timeout=PATIENCE)
    settle(window, qtbot)
    value = lab.learner.report.value
    assert value.counts.shape == (3, 3)
    assert value.permutations.shape == (3, lab.disturbance.k)
    assert "3 of 3 repetitions." in panel.words.text()
    finite = np.isfinite(value.counts).sum()
    assert len(panel.points.getData()[0]) == finite
    assert panel.first.isVisible()
    data = panel.table()
    data.write_csv(tmp_path / "boxes.csv")
    text = (tmp_path / "boxes.csv").read_text(encoding="utf-8")
    assert "decision_to_stimulus" in text
    # the same seed gives the same numbers
    counts = value.counts
    qtbot.mouseClick(panel.start_button, LEFT)
    qtbot.waitUntil(lambda: not lab.learner.running, timeout=PATIENCE)
    np.testing.assert_array_equal(lab.learner.report.value.counts, counts)


def test_cancelling_keeps_finished_repetitions_and_no_condition_cannot_start(window, lab, qtbot):
    panel = front(window, "perturb_boxes")
    panel.option_values.set("repeats", 500)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(panel.start_button, LEFT)
    qtbot.waitUntil(
        lambda: lab.learner.report.value is not None and len(lab.learner.report.value.counts) >= 1,
        timeout=PATIENCE,
    )
    qtbot.waitUntil(lambda: " left" in panel.words.text(), timeout=PATIENCE)
    qtbot.mouseClick(panel.stop_button, LEFT)
    qtbot.waitUntil(lambda: not lab.learner.running, timeout=PATIENCE)
    settle(window, qtbot)
    assert 1 <= len(lab.learner.report.value.counts) < 500
    assert "stopped" in panel.words.text()
    panel.option_values.set("kinds", ())
    settle(window, qtbot)
    assert not panel.start_button.isEnabled()


def test_closing_the_window_while_learning_ends_the_thread(window, lab, qtbot):
    panel = front(window, "perturb_learning")
    hopeless = lab.subject.config.replace(criterion_loss=1e-9, max_trials=100_000)
    object.__setattr__(lab.subject, "config", hopeless)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(panel.start_button, LEFT)
    qtbot.waitUntil(lambda: lab.learner.report.value is not None, timeout=PATIENCE)
    assert lab.learner.running
    window.close()
    assert not lab.learner.running


def test_closing_a_session_does_not_wait_for_relearning_that_loads(window, lab, qtbot, monkeypatch):
    loading, go = threading.Event(), threading.Event()

    def load():
        loading.set()
        assert go.wait(30)

    monkeypatch.setattr(quiet_import, "loaded", lambda: False)
    monkeypatch.setattr(quiet_import, "load_tensorflow", load)
    panel = front(window, "perturb_learning")
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(panel.start_button, LEFT)
    qtbot.waitUntil(loading.is_set, timeout=PATIENCE)
    window.sessions.remove(window.runner.session.path)  # returns while TensorFlow loads
    assert not go.is_set()
    assert not lab.learner.running
    assert lab.learner.report.stopped
    assert not lab.learner.report.running
    go.set()
