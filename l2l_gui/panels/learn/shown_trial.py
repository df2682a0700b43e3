"""The trial shown: the one just trained on, or a learned network's without noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.config import L2LError, RunConfig
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Computation,
    Needs,
    Nothing,
    Panel,
    Ready,
    View,
    Wanted,
)
from l2l_gui.panels.learned import saved_network

if TYPE_CHECKING:
    from l2l_engine.training.curriculum import TrialView


@dataclass(frozen=True, slots=True, eq=False)
class ShownTrial:
    """One row a stimulus shown; T steps, C inputs, N units."""

    label: str
    config: RunConfig
    problem: int  # number, from 1
    stimulus: NDArray[np.integer]  # (M,)
    inputs: NDArray[np.float32]  # (M, T, C)
    states: NDArray[np.float32]  # (M, T, N)
    outputs: NDArray[np.float32]  # (M, T, 3)
    live: bool = False

    @property
    def duration(self) -> float:
        """Length of the trial, ms."""
        return self.config.steps * self.config.dt

    def rows(self, stimulus: int | None) -> list[int]:
        """Rows to draw for a selected stimulus: of a live trial, the one there is."""
        if self.live:
            return [0]
        return [row for row, shown in enumerate(self.stimulus) if stimulus in (None, shown)]


def of_view(view: TrialView) -> ShownTrial:
    """The last trial of training, noise and all."""
    return ShownTrial(
        label=f"live: problem {view.problem + 1}, trial {view.trial:,}",
        config=view.config,
        problem=view.problem + 1,
        stimulus=view.stimulus,
        inputs=view.inputs,
        states=view.states,
        outputs=view.outputs,
        live=True,
    )


def simulated(session: OpenSession, number: int) -> ShownTrial:
    """Both stimuli of a learned problem through the network saved after it; noise off."""
    config = session.config_of(number)
    weights = saved_network(session, number)[None].astype(np.float64)
    stimuli = session.stimuli(number).astype(np.float64)
    states = network.simulate(weights, stimuli[None], config)
    return ShownTrial(
        label=f"network after problem {number}, noise off",
        config=config,
        problem=number,
        stimulus=np.arange(task.RESPONSES),
        inputs=task.inputs(stimuli, config),
        states=states[0].astype(np.float32),  # dozens of trials are kept
        outputs=network.outputs(weights, states)[0].astype(np.float32),
    )


class ShownTrialPanel(Panel[ShownTrial]):
    """Base of what is drawn of the trial in training, or else of a learned problem's."""

    depends = frozenset({"problem", "stimulus", "follow_live", SNAPSHOT})
    needs = Needs("see a trial")

    def ask(self, view: View) -> Wanted:
        """The live trial or a simulation."""
        session, now = view.session, view.snapshot
        if view.selection.follow_live and now.view is not None:
            return Ready(of_view(now.view))
        if view.selection.problem is None:
            return Nothing("Nothing is learned yet: press T to train one trial, or Space to run.")
        number = view.selection.problem
        key = ("trial", session.key, number)
        return Computation(simulated, (session, number), key=key, label="Simulating")

    def recipe_settings(self, answer: Answer[ShownTrial]) -> dict[str, Any]:
        """A live trial is in no file."""
        if answer.value.live:
            raise L2LError(
                "The trial being trained is not in a file: select a learned problem first."
            )
        return {"problem": answer.value.problem}

    def caption(self, answer: Answer[ShownTrial]) -> str:
        """Which trial it is."""
        return answer.value.label


def rows(answer: Answer[ShownTrial]) -> list[int]:
    """Rows of the trial to draw for the selected stimulus."""
    return answer.value.rows(answer.view.selection.stimulus)
