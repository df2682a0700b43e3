"""The Perturb workspace: every kind of disturbance, by its own controls."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from l2l_engine.perturbation import PerturbationKind
from l2l_gui.panels.perturb.boxes import PerturbBoxesPanel
from l2l_gui.panels.perturb.controls import PerturbControlsPanel
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import NOTHING, Direction, Draw
from l2l_gui.panels.perturb.lab.slider_row import SliderRow
from l2l_gui.panels.perturb.learning import PerturbLearningPanel
from l2l_gui.tour.driver import Tour, TourError
from l2l_gui.tour.frame_meter import FrameMeter
from l2l_gui.workers.relearning import Counts, Curves, Learner, Report

FRAME_SECONDS = 1 / 60
SLIDES = 45
ENOUGH_TRIALS = 20
PUSH = 8.0


def perturb_the_readout(tour: Tour) -> None:
    """Every kind, with a permutation that moves each direction; outputs must differ."""
    controls = _controls(tour)
    tour.choose(controls.readout.draw, Draw.DERANGEMENT)
    effects = {}
    for kind in PerturbationKind:
        tour.choose(controls.readout.kind, kind)
        effects[kind.label] = _effect(tour, controls.lab)
        if bool(effects[kind.label]) != kind.permutes:
            raise TourError(f"{kind.label} changed the outputs by {effects[kind.label]:g}.")
        tour.screenshot(f"perturb-{kind.value}")
    tour.measure(**{f"{name}: largest change of an output": it for name, it in effects.items()})
    tour.choose(controls.readout.kind, PerturbationKind.CONTROL)


def push_the_state(tour: Tour) -> None:
    """Along each kind of direction, its size and time by slider."""
    controls = _controls(tour)
    for direction in Direction:
        tour.choose(controls.pulse.direction, direction)
        _slide(tour, controls, controls.pulse.push, np.linspace(0, PUSH, SLIDES // 3))
        _must_matter(tour, controls.lab, f"A push along {direction.label}")
    end = controls.pulse.time.number.maximum()
    _measured_slide(tour, controls, controls.pulse.time, np.linspace(0, 0.9 * end, SLIDES))
    tour.screenshot("perturb-pulse")
    controls.pulse.push.reset.click()


def lesion_units(tour: Tour) -> None:
    """By their numbers."""
    controls = _controls(tour)
    controls.lesion.text.setText("1-5, 8")
    controls.lesion.text.editingFinished.emit()
    _must_matter(tour, controls.lab, "A lesion of six units")
    if len(controls.lab.disturbance.lesioned) != 6:
        raise TourError("Units typed were not the units silenced.")
    tour.screenshot("perturb-lesion")
    controls.lesion.clear.click()


def morph_the_stimulus(tour: Tour) -> None:
    """All the way to the other."""
    controls = _controls(tour)
    _measured_slide(tour, controls, controls.trial.morph, np.linspace(0, 100, SLIDES))
    _must_matter(tour, controls.lab, "The morph")
    tour.screenshot("perturb-morph")
    controls.trial.morph.reset.click()


def move_the_go_signal(tour: Tour) -> None:
    """Earlier, then never."""
    controls = _controls(tour)
    go = controls.trial.go
    _measured_slide(tour, controls, go, np.linspace(go.value, 0.4 * go.value, SLIDES))
    _must_matter(tour, controls.lab, "An early go signal")
    tour.screenshot("perturb-go")
    controls.trial.hold.setChecked(True)
    _must_matter(tour, controls.lab, "Holding the go signal")
    controls.trial.hold.setChecked(False)


def add_noise(tour: Tour) -> None:
    """Up to strong noise."""
    controls = _controls(tour)
    noise = controls.trial.noise
    _measured_slide(tour, controls, noise, np.linspace(0, noise.number.maximum(), SLIDES))
    _must_matter(tour, controls.lab, "Noise")
    tour.screenshot("perturb-noise")


def take_edits_back(tour: Tour) -> None:
    """Undo to the beginning; redo one."""
    controls = _controls(tour)
    lab = controls.lab
    lab.settle()
    for _ in range(200):
        if not lab.can_undo:
            break
        tour.click(controls.undo)
    assert lab.subject is not None
    if lab.disturbance != NOTHING.within(lab.subject.config):
        raise TourError("Undoing every edit does not lead back to where it began.")
    tour.click(controls.redo)
    tour.click(controls.undo)


def learn_side_by_side(tour: Tour) -> None:
    """A readout perturbation is learned for some trials, then stopped."""
    controls = _controls(tour)
    tour.choose(controls.readout.draw, Draw.DERANGEMENT)
    tour.choose(controls.readout.kind, PerturbationKind.DECISION_TO_STIMULUS)
    tour.settle()
    panel = tour.shown("perturb_learning")
    assert isinstance(panel, PerturbLearningPanel)
    learner = panel.lab.learner
    panel.option_values.set("seed", 3)
    tour.settle()
    tour.click(panel.start_button)

    def trials() -> int:
        value = learner.report.value if learner.report is not None else None
        return max(map(len, value.losses)) if isinstance(value, Curves) else 0

    tour.wait_for("both copies to learn", lambda: not learner.running or trials() >= ENOUGH_TRIALS)
    if learner.running:
        tour.click(panel.stop_button)
    tour.wait_for("learning to stop", lambda: not learner.running)
    if not trials():
        raise TourError(f"Nothing was learned: {panel.words.text()}")
    tour.measure(trials=trials(), result=panel.words.text())
    tour.screenshot("perturb-learning")


def repeat_for_boxes(tour: Tour) -> None:
    """The control condition, once."""
    _controls(tour)
    panel = tour.shown("perturb_boxes")
    assert isinstance(panel, PerturbBoxesPanel)
    panel.option_values.set("kinds", (PerturbationKind.CONTROL.value,))
    panel.option_values.set("repeats", 1)
    tour.settle()
    tour.click(panel.start_button)
    learner = panel.lab.learner
    while learner.running:  # each report is progress
        newest = learner.report
        tour.wait_for("a repetition", partial(_differs, learner, newest))
    value = learner.report.value if learner.report is not None else None
    if not isinstance(value, Counts) or len(value.counts) != 1:
        raise TourError(f"The repetition did not end: {panel.words.text()}")
    tour.measure(**{"trials to criterion": float(value.counts[0, 0])})
    tour.settle()
    tour.screenshot("perturb-boxes")
    tour.show("perturb_learning")


def leave_something_to_see(tour: Tour) -> None:
    """A push against the decision in the delay, for the pictures."""
    controls = _controls(tour)
    controls.reset.click()
    tour.choose(controls.readout.kind, PerturbationKind.STIMULUS_TO_STIMULUS)
    tour.choose(controls.pulse.direction, Direction.DECISION)
    _slide(tour, controls, controls.pulse.push, np.linspace(0, PUSH / 2, 5))
    tour.settle()


def _differs(learner: Learner, report: Report | None) -> bool:
    return not learner.running or learner.report is not report


# -- how -------------------------------------------------------------------------------


def _controls(tour: Tour) -> PerturbControlsPanel:
    tour.window.selection.select_problem(tour.window.selection.problems)
    tour.window.workspaces.go("perturb")
    panel = tour.shown("perturb_controls")
    assert isinstance(panel, PerturbControlsPanel)
    tour.wait_for("the unperturbed trials", lambda: panel.lab.response is not None)
    return panel


def _effect(tour: Tour, lab: Lab) -> float:
    """Largest change of an output once the newest disturbance is computed."""
    tour.rest(0.0)
    tour.wait_for("the disturbed trials", lambda: lab.idle)
    tour.settle()
    response = lab.response
    if response is None or response.disturbance != lab.disturbance:
        raise TourError("What is drawn is not what was asked for.")
    change = response.perturbed.outputs - response.subject.unperturbed.outputs
    return float(np.abs(change).max())


def _must_matter(tour: Tour, lab: Lab, what: str) -> None:
    change = _effect(tour, lab)
    if not change > 0:
        raise TourError(f"{what} changed nothing.")


def _slide(
    tour: Tour, controls: PerturbControlsPanel, row: SliderRow, values: NDArray[np.float64]
) -> None:
    """Move a slider as a hand does, a place a frame."""
    low, high = row.number.minimum(), row.number.maximum()
    places = row.slider.maximum()
    for value in values:
        row.slider.setValue(round(places * (value - low) / (high - low)))
        tour.rest(FRAME_SECONDS)
    row.released.emit()
    tour.wait_for("the disturbed trials", lambda: controls.lab.idle)


def _measured_slide(
    tour: Tour, controls: PerturbControlsPanel, row: SliderRow, values: NDArray[np.float64]
) -> None:
    meter = FrameMeter(tour.window)
    responses: list[object] = []
    controls.lab.responded.connect(responses.append)
    meter.start()
    _slide(tour, controls, row, values)
    meter.stop()
    controls.lab.responded.disconnect(responses.append)
    found = meter.report()
    rate = round(len(responses) / max(float(str(found["seconds"])), 1e-9), 1)
    tour.measure(**{"responses per second": rate}, **found)
