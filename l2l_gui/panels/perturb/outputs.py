"""The outputs of the copy beside those of the unperturbed network."""

from __future__ import annotations

from typing import Any

import numpy as np

from l2l_engine import task
from l2l_gui.panels.base import Answer, Column, Table
from l2l_gui.panels.perturb.lab.panel import LabPanel, Scene
from l2l_gui.plotting.ink import Ink
from l2l_gui.plotting.legend import LINE, Legend, Sign
from l2l_gui.plotting.plots import differs
from l2l_gui.plotting.trial_axes import thinned
from l2l_gui.plotting.trial_grid import Row, TrialGrid

OUTPUTS = {"response0": "Resp. 0", "response1": "Resp. 1", "fixation": "Fixation"}
"""Colours of the outputs, and what stands beside their plots."""
LABELS = ("response 0", "response 1", "fixation")
SIGNS = (
    Sign(LINE, "response0", "0"),
    Sign(LINE, "response1", "1"),
    Sign(LINE, "fixation", "fixation, unperturbed"),
    Sign(LINE, "perturbed", "perturbed"),
)
TICKS = [(0, "0"), (0.5, "0.5"), (1, "1")]
STIMULI = range(task.RESPONSES)


class PerturbOutputsPanel(LabPanel[Scene]):
    """Three outputs by two stimuli."""

    name = "perturb_outputs"
    title = "Outputs"
    recipe = "perturb_outputs"

    def build(self) -> None:
        """A grid with linked time."""
        rows = [
            Row(label, (Ink(colour, 3), Ink("perturbed", 1)), grid=False, mask=True)
            for colour, label in OUTPUTS.items()
        ]
        self.grid = TrialGrid(*rows, linked="x", tick_width=46, spacing=3)
        self.body_layout.addWidget(Legend(*SIGNS))
        self.body_layout.addWidget(self.grid, 1)
        for column, parts in enumerate(self.grid.columns):
            self.grid.ci.layout.setColumnStretchFactor(column, 1)
            self.grid.ci.layout.setColumnPreferredWidth(column, 300)
            for part in parts:
                part.plot.getAxis("left").setTicks([TICKS])

    def draw(self, answer: Answer[Scene]) -> None:
        """The outputs of both networks, and how the copy answers."""
        subject, response = answer.value.subject, answer.value.response
        steps, times = thinned(subject.config)
        another = differs(self.grid, subject=subject.key)
        titles = [_verdict(answer.value, stimulus) for stimulus in STIMULI]
        columns = self.grid.show_trial(subject.config, STIMULI, titles)
        for stimulus, column in enumerate(columns):
            for output, part in enumerate(column):
                before, after = part.curves
                if another:
                    before.setData(times, subject.unperturbed.outputs[stimulus, steps, output])
                if response is not None:
                    after.setData(times, response.perturbed.outputs[stimulus, steps, output])
                else:
                    after.setData([], [])

    def frame(self, answer: Answer[Scene]) -> None:
        """All outputs lie between 0 and 1."""
        for row in range(len(OUTPUTS)):
            self.grid.set_range(row, 0, 1, padding=0.06)

    def caption(self, answer: Answer[Scene]) -> str:
        """Whose outputs."""
        return f"problem {answer.value.subject.problem}"

    def recipe_settings(self, answer: Answer[Scene]) -> dict[str, Any]:
        """What is done to the copy."""
        return {"disturbance": answer.value.disturbance.to_values()}

    def data(self, answer: Answer[Scene]) -> Table:
        """One row a time step."""
        scene, config = answer.value, answer.value.subject.config
        columns = [
            Column(f"stimulus {stimulus} {label} {name}", trials.outputs[stimulus, :, output])
            for stimulus in STIMULI
            for output, label in enumerate(LABELS)
            for name, trials in scene.networks.items()
        ]
        return Table(
            "Outputs under a disturbance",
            scene.notes,
            Column("time", task.times(config), "ms"),
            *columns,
            Column("scored", task.loss_mask(config).astype(np.int8)),
        )


def _verdict(scene: Scene, stimulus: int) -> str:
    """What the copy chose, and its loss."""
    response = scene.response
    if response is None:
        return f"stimulus {stimulus}"
    choice, loss = int(response.choice[stimulus]), response.loss[stimulus]
    verdict = "right" if choice == stimulus else "wrong"
    return f"stimulus {stimulus} → {choice} ({verdict})<br>{loss:.1g} nats"
