"""The Perturb workspace, by mouse and keyboard, on the shipped network."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from driving import PATIENCE, settle
from PyQt6.QtCore import QPoint, Qt

from l2l_engine.analysis.probes import Probe, Pulse, lesion, probe_trials
from l2l_engine.perturbation import PerturbationKind, perturb_readout
from l2l_gui.model.selection import Group
from l2l_gui.model.settings import settings
from l2l_gui.panels.perturb import psychometric as psychometric_panel
from l2l_gui.panels.perturb.lab.curve_panel import Given
from l2l_gui.panels.perturb.lab.model import NOTHING, Direction, Draw, Source
from l2l_gui.panels.perturb.lab.response import Responder, perturbed_copy

LEFT = Qt.MouseButton.LeftButton
PANELS = ("perturb_controls", "perturb_outputs", "perturb_trajectories")


@pytest.fixture(autouse=True)
def opens_there(sandbox):
    """No time for the workspace that would be shown first."""
    settings.put("workspace", "perturb")


class Perturbed:
    """The workspace with what tests need of it."""

    def __init__(self, window, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        window.resize(1600, 1000)
        window.selection.update(group=Group(2, 6))
        self.workspace = window.workspaces.go("perturb")
        self.controls, self.outputs, self.trajectories = map(window.workspaces.panel, PANELS)
        self.lab = self.controls.lab
        self.rest()

    def rest(self) -> None:
        settle(self.window, self.qtbot)
        self.qtbot.waitUntil(
            lambda: (
                self.lab.idle
                and self.lab.response is not None
                and self.lab.response.disturbance == self.lab.disturbance
                and self.lab.subject.source is self.lab.disturbance.source
                and self.window.redraws.idle
            ),
            timeout=PATIENCE,
        )

    def choose(self, combo, value) -> None:
        """By keyboard, as a person tabs to it and presses arrows."""
        combo.setFocus()
        wanted = next(i for i in range(combo.count()) if combo.itemData(i) is value)
        while combo.currentIndex() != wanted:
            down = combo.currentIndex() < wanted
            self.qtbot.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        self.rest()

    @property
    def after(self):
        return self.lab.response.perturbed

    @property
    def before(self):
        return self.lab.subject.unperturbed

    def drawn(self, stimulus, output):
        return self.outputs.grid.columns[stimulus][output].curves[1].getData()[1]


@pytest.fixture
def perturbed(opened, qtbot, no_errors) -> Perturbed:
    return Perturbed(opened, qtbot)


def test_nothing_done_changes_nothing(perturbed):
    np.testing.assert_allclose(perturbed.after.outputs, perturbed.before.outputs, atol=1e-6)
    assert "Nothing is disturbed" in perturbed.controls.summary.text()
    assert not perturbed.controls.reset.isEnabled()
    assert "(right)" in perturbed.outputs.grid.columns[0][0].plot.titleLabel.text


def test_readout_perturbations_change_outputs_but_not_states(perturbed):
    for kind in (kind for kind in PerturbationKind if kind.permutes):
        perturbed.choose(perturbed.controls.readout.kind, kind)
        np.testing.assert_array_equal(perturbed.after.states, perturbed.before.states)
        assert np.abs(perturbed.after.outputs - perturbed.before.outputs).max() > 0.1
        copy = perturbed.lab.response.weights
        np.testing.assert_array_equal(copy.recurrent, perturbed.lab.subject.weights.recurrent)
        shown = perturbed.drawn(1, 0)
        outputs = perturbed.after.outputs[1, :, 0]
        np.testing.assert_allclose(shown[-1], outputs[-1])
        assert kind.description.rstrip(".") in perturbed.controls.summary.text()


def test_the_permutation_is_drawn_typed_shown_and_the_identity_flagged(perturbed, qtbot):
    readout = perturbed.controls.readout
    perturbed.choose(readout.kind, PerturbationKind.STIMULUS_TO_STIMULUS)
    perturbed.choose(readout.draw, Draw.TYPED)
    readout.typed.selectAll()
    qtbot.keyClicks(readout.typed, "2 1 3 4")
    perturbed.rest()
    assert readout.words.text().startswith("1→2, 2→1, 3→3, 4→4: directions 3 and 4 stay")
    subject = perturbed.lab.subject
    stimulus = subject.manifold.subspaces(4).stimulus
    expected = perturb_readout(subject.weights.output, stimulus, stimulus, [1, 0, 2, 3])
    np.testing.assert_allclose(perturbed.lab.response.weights.output, expected)
    readout.typed.selectAll()
    qtbot.keyClicks(readout.typed, "1 2 3 4")
    perturbed.rest()
    assert "identity" in readout.words.text()
    assert readout.words.property("error")
    readout.typed.selectAll()
    qtbot.keyClicks(readout.typed, "1 2 2")
    qtbot.waitUntil(lambda: perturbed.controls.summary.property("error"), timeout=PATIENCE)
    assert "each direction 1 to 4 once" in perturbed.controls.summary.text()
    perturbed.choose(readout.draw, Draw.DERANGEMENT)
    assert not perturbed.controls.summary.property("error")
    assert "no direction stays" in readout.words.text()
    before = perturbed.lab.disturbance.seed
    qtbot.mouseClick(readout.again, LEFT)
    perturbed.rest()
    assert perturbed.lab.disturbance.seed != before or readout.seed.value() == before


def test_both_kinds_of_subspace_are_offered_and_differ_a_little(perturbed):
    readout = perturbed.controls.readout
    assert "2–7, noise-free" in readout.source_words.text()
    noise_free = perturbed.lab.subject.subspaces(NOTHING).decision
    perturbed.choose(readout.source, Source.TRAINING)
    assert "1–50, noisy" in readout.source_words.text()
    other = perturbed.lab.subject.subspaces(NOTHING).decision
    alignment = np.linalg.norm(noise_free.T @ other) ** 2 / 4
    assert 0.7 < alignment < 0.99999


def test_a_slider_pushes_the_state_from_then_on(perturbed, qtbot):
    pulse = perturbed.controls.pulse
    perturbed.choose(pulse.direction, Direction.STIMULUS)
    slider = pulse.push.slider
    slider.setFocus()
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    perturbed.rest()
    assert perturbed.lab.disturbance.size == pytest.approx(12.0)
    subject = perturbed.lab.subject
    moved = perturbed.after.states - perturbed.before.states
    step = round(perturbed.lab.disturbance.pulse_ms) - 1
    assert not moved[:, :step].any()
    direction = subject.manifold.subspaces(4).stimulus[:, 0]
    np.testing.assert_allclose(moved[0, step], 12.0 * direction, atol=1e-4)
    probe = Probe(pulse=Pulse(direction, 12.0, 1000.0))
    expected = probe_trials(subject.weights, subject.stimuli, subject.config, probe)
    np.testing.assert_allclose(perturbed.after.outputs, expected.outputs, atol=1e-5)
    qtbot.mouseClick(pulse.push.reset, LEFT)
    perturbed.rest()
    assert perturbed.lab.disturbance.size == 0
    np.testing.assert_array_equal(perturbed.after.states, perturbed.before.states)


def test_every_direction_is_a_unit_vector_in_its_subspace(perturbed):
    subject = perturbed.lab.subject
    decision = subject.subspaces(NOTHING).decision
    expected = {Direction.DECISION: 1.0, Direction.RESIDUAL: 1.0, Direction.STIMULUS: 0.0}
    for direction in Direction:
        vector = subject.direction(NOTHING.replace(direction=direction, axis=2))
        assert np.linalg.norm(vector) == pytest.approx(1.0), direction
        inside = np.linalg.norm(decision.T @ vector)
        if direction in expected:
            assert inside == pytest.approx(expected[direction], abs=1e-6), direction
        else:
            assert inside < 0.9, direction


def test_units_are_lesioned_by_clicking_and_typing(perturbed, qtbot):
    group = perturbed.controls.lesion
    grid = group.grid
    for unit in (5, 42):
        qtbot.mouseClick(grid, LEFT, pos=grid.cell(unit).center().toPoint())
    perturbed.rest()
    assert perturbed.lab.disturbance.lesioned == (5, 42)
    assert group.text.text() == "5, 42"
    assert not perturbed.after.states[:, :, [5, 42]].any()
    subject = perturbed.lab.subject
    silent = lesion(subject.weights, (5, 42))
    expected = probe_trials(silent, subject.stimuli, subject.config, Probe(lesioned=(5, 42)))
    np.testing.assert_allclose(perturbed.after.outputs, expected.outputs, atol=1e-5)
    group.text.setFocus()
    group.text.selectAll()
    qtbot.keyClicks(group.text, "200")
    qtbot.keyClick(group.text, Qt.Key.Key_Return)
    assert "0 to 99" in group.error.text()
    assert perturbed.lab.disturbance.lesioned == (5, 42)
    group.text.selectAll()
    qtbot.keyClicks(group.text, "0-2")
    qtbot.keyClick(group.text, Qt.Key.Key_Return)
    perturbed.rest()
    assert grid.chosen == (0, 1, 2)
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_Space)  # the cursor is at the unit clicked last
    assert 42 in perturbed.lab.disturbance.lesioned
    qtbot.mouseClick(group.clear, LEFT)
    perturbed.rest()
    assert perturbed.lab.disturbance == NOTHING


def test_morphing_swaps_the_choices_and_halfway_the_trials_are_alike(perturbed, qtbot):
    trial = perturbed.controls.trial
    trial.morph.number.setFocus()
    trial.morph.number.selectAll()
    qtbot.keyClicks(trial.morph.number, "100")
    qtbot.keyClick(trial.morph.number, Qt.Key.Key_Return)
    perturbed.rest()
    assert perturbed.lab.response.choice.tolist() == [1, 0]
    assert "(wrong)" in perturbed.outputs.grid.columns[0][0].plot.titleLabel.text
    np.testing.assert_allclose(perturbed.after.outputs[0], perturbed.before.outputs[1], atol=1e-5)
    perturbed.lab.edit(morph=0.5)
    perturbed.rest()
    np.testing.assert_allclose(perturbed.after.outputs[0], perturbed.after.outputs[1], atol=1e-5)


def test_holding_the_go_signal_changes_what_follows_it(perturbed, qtbot):
    trial = perturbed.controls.trial
    qtbot.mouseClick(trial.hold, LEFT, pos=QPoint(8, trial.hold.height() // 2))
    perturbed.rest()
    assert "never comes" in perturbed.controls.summary.text()
    subject = perturbed.lab.subject
    duration = subject.config.steps * subject.config.dt
    probe = Probe(go_ms=duration)
    expected = probe_trials(subject.weights, subject.stimuli, subject.config, probe)
    np.testing.assert_allclose(perturbed.after.outputs, expected.outputs, atol=1e-5)
    go = subject.config.go_step
    np.testing.assert_array_equal(perturbed.after.states[:, :go], perturbed.before.states[:, :go])
    assert np.abs(perturbed.after.states - perturbed.before.states)[:, go:].max() > 0.01
    qtbot.mouseClick(trial.hold, LEFT, pos=QPoint(8, trial.hold.height() // 2))
    perturbed.rest()
    assert perturbed.lab.disturbance == NOTHING


def test_noise_is_frozen_until_drawn_anew(perturbed, qtbot):
    trial = perturbed.controls.trial
    assert not trial.noise_again.isEnabled()
    for _ in range(3):
        qtbot.keyClick(trial.noise.slider, Qt.Key.Key_PageUp)
    perturbed.rest()
    states = perturbed.after.states.copy()
    responder = Responder()
    again = responder.respond(perturbed.lab.subject, perturbed.lab.disturbance)
    np.testing.assert_array_equal(again.perturbed.states, states)
    qtbot.mouseClick(trial.noise_again, LEFT)
    perturbed.rest()
    assert not np.array_equal(perturbed.after.states, states)


def test_undo_redo_and_reset_by_keyboard(perturbed, qtbot):
    controls, slider = perturbed.controls, perturbed.controls.pulse.push.slider
    perturbed.choose(controls.readout.kind, PerturbationKind.WITHIN_MANIFOLD)
    kinds = perturbed.lab.disturbance
    for _ in range(5):  # one gesture
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    pushed = perturbed.lab.disturbance
    perturbed.lab.settle()
    qtbot.mouseClick(controls.undo, LEFT)
    assert perturbed.lab.disturbance == kinds
    assert controls.pulse.push.value == 0
    qtbot.mouseClick(controls.redo, LEFT)
    assert perturbed.lab.disturbance == pushed
    qtbot.mouseClick(controls.reset, LEFT)
    assert perturbed.lab.disturbance == NOTHING
    perturbed.window.activateWindow()
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    qtbot.keyClick(slider, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert perturbed.lab.disturbance == pushed


def test_dragging_skips_to_the_newest(perturbed, qtbot):
    answered = []
    perturbed.lab.responded.connect(lambda response: answered.append(response.disturbance.size))
    for number in range(1, 101):
        perturbed.lab.edit(gesture="size", size=number / 10)
    perturbed.rest()
    assert answered[-1] == 10.0
    assert len(answered) < 20


def test_selecting_a_problem_copies_its_network(perturbed):
    perturbed.lab.edit(kind=PerturbationKind.OUTSIDE_MANIFOLD)
    perturbed.window.selection.select_problem(7)
    perturbed.rest()
    subject = perturbed.lab.subject
    assert subject.problem == 7
    session = perturbed.window.runner.session
    np.testing.assert_array_equal(subject.weights.output, session.network(7).output)
    assert "problem 7" in perturbed.controls.network.text()
    # perturbed as before
    assert perturbed.lab.disturbance.kind is PerturbationKind.OUTSIDE_MANIFOLD
    assert perturbed.lab.response.subject is subject


def test_every_panel_exports_what_it_draws(perturbed, tmp_path):
    perturbed.lab.edit(kind=PerturbationKind.DECISION_TO_STIMULUS, size=3.0)
    perturbed.rest()
    for name in (*PANELS, "psychometric"):
        panel = perturbed.window.workspaces.panel(name)
        perturbed.qtbot.waitUntil(lambda panel=panel: panel.table() is not None, timeout=PATIENCE)
        path = tmp_path / f"{name}.csv"
        panel.table().write_csv(path)
        text = path.read_text(encoding="utf-8")
        assert "# Network after problem 101" in text
        assert text.count("\n") > 10
        assert panel.help.count(". ") >= 2


def test_the_disturbance_exported_is_the_one_drawn_and_the_controls_are_ahead(perturbed):
    perturbed.lab.edit(size=3.0)
    perturbed.rest()
    drawn = perturbed.controls.answer
    perturbed.lab.edit(size=5.0)
    assert perturbed.controls.pulse.push.value == 5.0
    data = perturbed.controls.data(drawn).plain()
    assert data["value"][list(data["name"]).index("size")] == "3.0"


def pair(panel):
    return panel.answer.value if panel.has_content else None


def test_the_psychometric_curve_follows_the_readout(perturbed, qtbot):
    panel = perturbed.window.workspaces.panel("psychometric")
    qtbot.waitUntil(lambda: pair(panel) is not None, timeout=PATIENCE)
    unperturbed = pair(panel).unperturbed.share
    assert unperturbed[0] < 0.05
    assert unperturbed[-1] > 0.95
    perturbed.lab.edit(kind=PerturbationKind.DECISION_TO_STIMULUS)
    qtbot.waitUntil(
        lambda: pair(panel).disturbance.kind is PerturbationKind.DECISION_TO_STIMULUS,
        timeout=PATIENCE,
    )
    assert np.ptp(pair(panel).perturbed.share) < 0.5
    shown = panel.shares["perturbed"].getData()[1]
    np.testing.assert_allclose(shown, pair(panel).perturbed.share)


def test_a_curve_that_arrives_late_is_labelled_with_what_it_was_computed_for(
    perturbed, qtbot, monkeypatch
):
    panel = perturbed.window.workspaces.panel("psychometric")
    qtbot.waitUntil(lambda: pair(panel) is not None and panel.settled, timeout=PATIENCE)
    begun, go, drawn, calls = threading.Event(), threading.Event(), [], []
    curve = psychometric_panel.psychometric_of

    def slow(*arguments, **keywords):
        found = curve(*arguments, **keywords)
        calls.append(found)
        if len(calls) % 2 == 0:  # the copy's: all is computed, but has not arrived
            begun.set()
            go.wait(10)
        return found

    monkeypatch.setattr(psychometric_panel, "psychometric_of", slow)
    draw = panel.draw
    monkeypatch.setattr(
        panel, "draw", lambda answer: (draw(answer), drawn.append(panel.data(answer)))
    )
    values = []
    show = panel.data
    monkeypatch.setattr(
        panel, "data", lambda answer: (values.append(answer.value), show(answer))[1]
    )
    perturbed.lab.edit(kind=PerturbationKind.OUTSIDE_MANIFOLD, seed=0)
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    perturbed.lab.responded.connect(lambda _: go.set())  # the lab is ahead when the curves come
    perturbed.lab.edit(seed=7)
    qtbot.waitUntil(lambda: len(drawn) == 2, timeout=PATIENCE)
    for seed, found, data in zip((0, 7), values, drawn, strict=True):
        assert found.disturbance.seed == seed
        subject = perturbed.lab.subject
        done = NOTHING.replace(kind=found.disturbance.kind, seed=seed)
        copy = perturbed_copy(subject, done)
        expected = curve(Given(copy, subject.stimuli, subject.config, done, print))
        np.testing.assert_array_equal(found.perturbed.share, expected.share)
        assert found.disturbance.describe(subject.config)[0] in data.notes


def test_an_answer_about_a_network_no_longer_looked_at_is_not_taken(perturbed):
    lab = perturbed.lab
    stale, heard = lab.response, []
    perturbed.window.selection.select_problem(7)
    perturbed.rest()
    newest = lab.response
    lab.responded.connect(heard.append)
    lab._responses.done.emit(stale, None)
    assert lab.response is newest
    assert not heard


@pytest.mark.parametrize("name", ["perturb_outputs", "psychometric"])
def test_a_panel_alone_asks_for_the_subspaces_chosen(perturbed, qtbot, name):
    for dock in perturbed.workspace.docks:
        if dock.panel.name != name:
            dock.close()
    qtbot.waitUntil(lambda: perturbed.window.workspaces.panel(name).seen, timeout=PATIENCE)
    perturbed.lab.edit(source=Source.TRAINING)
    qtbot.waitUntil(lambda: perturbed.lab.subject.source is Source.TRAINING, timeout=PATIENCE)


def test_what_was_disturbed_is_remembered(perturbed):
    perturbed.lab.edit(kind=PerturbationKind.WITHIN_MANIFOLD, lesioned=(1, 2), morph=0.3)
    state = perturbed.controls.state()
    perturbed.lab.set(NOTHING)
    perturbed.controls.set_state(state)
    assert perturbed.lab.disturbance.lesioned == (1, 2)
    assert perturbed.lab.disturbance.morph == 0.3
    assert not perturbed.lab.can_undo


def test_without_a_learned_problem_it_says_what_to_do(tiny, qtbot, no_errors):
    tiny.workspaces.go("perturb")
    settle(tiny, qtbot)
    panel = tiny.workspaces.panel("perturb_outputs")
    assert not panel.has_content
    assert panel.empty_words.startswith("Train until a problem is learned to disturb")


def test_what_is_said_of_the_disturbance_pushes_no_control_about(perturbed, qtbot):
    panel = perturbed.controls
    place = panel.readout.mapTo(panel, panel.readout.rect().topLeft())
    panel.summary.setText("A sentence of a good many words. " * 12)
    qtbot.wait(20)
    assert panel.readout.mapTo(panel, panel.readout.rect().topLeft()) == place
