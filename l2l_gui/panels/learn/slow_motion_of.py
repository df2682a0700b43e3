"""One problem's learning as frames: what the network does after each of its trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis.geometry import covariances, principal_components
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.recipes.sampling import evenly
from l2l_engine.task import FloatArray
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.learn.losses_of import losses_of
from l2l_gui.panels.learned import network_after, predecessor

POINTS = 120
"""Steps of a trial that a frame keeps."""
AXES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What one network does with both stimuli, noise off."""

    outputs: NDArray[np.float32]  # (2, T, 3)
    path: NDArray[np.float32]  # (2, T, 3) along the problem's own components
    change: float  # of the recurrent weights since the problem began, Frobenius norm


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """How the networks of one problem are looked at, whichever trial they are of."""

    config: RunConfig
    stimuli: NDArray[np.float64]  # (2, stimulus_channels)
    basis: NDArray[np.float64]  # (N, 3)
    before: FloatArray  # (N, N), the recurrent weights it began with
    steps: NDArray[np.intp]  # (T,)

    def frame(self, weights: NetworkWeights) -> Frame:
        """Simulate a network; some milliseconds."""
        whole = weights[None].astype(np.float64)
        states = network.simulate(whole, self.stimuli[None], self.config)[:, :, self.steps]
        return Frame(
            network.outputs(whole, states)[0].astype(np.float32),
            (states[0] @ self.basis).astype(np.float32),
            float(np.linalg.norm(weights.recurrent - self.before)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """A problem's losses, and its networks before the first trial and after the last."""

    problem: int
    lens: Lens
    times: FloatArray  # (T,) ms
    losses: NDArray[np.float32]  # (n,)
    before: Frame
    after: Frame
    replayable: str
    """Why it cannot be replayed; "" where it can."""

    @property
    def trials(self) -> int:
        """Trials the problem took."""
        return len(self.losses)


def learning_of(session: OpenSession, number: int) -> Learning:
    """What the file holds of a problem's learning: its beginning, its end and the losses."""
    config = session.config_of(number)
    first = network_after(session, predecessor(session, number))
    last = network_after(session, number)
    stimuli = session.stimuli(number).astype(np.float64)
    both = NetworkWeights.stack([first, last])
    states = network.simulate(both, np.stack([stimuli, stimuli]), config)
    moments = covariances(np.ascontiguousarray(states.reshape(1, -1, *states.shape[2:])))
    basis = principal_components(moments, AXES)[0]
    steps = evenly(config.steps, POINTS)
    lens = Lens(config, stimuli, basis, first.recurrent, steps)
    losses = losses_of(session, number).values
    return Learning(
        number,
        lens,
        (steps + 1) * config.dt,
        losses,
        lens.frame(first),
        lens.frame(last),
        "" if session.source is None and len(losses) else "Its trials are not in the file.",
    )
