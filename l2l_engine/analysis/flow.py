"""The flow field on a plane of state space: where the state would go from each point of it.

While the input x is constant the state follows tau ds/dt = -s + phi(x W_in + s W_rec + b). A
plane shows two of the N coordinates; the others are held at those of one state, the one the
plane passes through, so the field is a slice of the dynamics and not a projection of it.
Source: Sussillo & Barak, Neural Comput. 25, 626-649 (2013), for the view of trained networks
as dynamical systems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import oriented
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two orthonormal directions of state space, and the state that has coordinates (0, 0).

    Raises
    ------
    L2LError
        When the directions are not two orthonormal vectors.
    """

    axes: Float64Array  # (N, 2)
    origin: Float64Array  # (N,)

    def __post_init__(self) -> None:
        if self.axes.ndim != 2 or self.axes.shape[1] != 2:
            raise L2LError(f"A plane needs axes of shape (N, 2), not {self.axes.shape}.")
        if not np.allclose(self.axes.T @ self.axes, np.eye(2), atol=1e-6):
            raise L2LError("The two axes of a plane must be orthogonal and of length 1.")

    def coordinates(self, states: FloatArray) -> Float64Array:
        """Coordinates (..., 2) of states (..., N) projected on the plane, rate units."""
        return (states - self.origin) @ self.axes

    def lift(self, points: FloatArray, through: FloatArray) -> Float64Array:
        """States (..., N) at coordinates (..., 2), elsewhere equal to the state ``through`` (N,)."""
        return through + (points - self.coordinates(through)) @ self.axes.T


def principal_plane(trajectories: FloatArray) -> Plane:
    """The plane through the mean of states (..., N) that holds most of their variance."""
    flat = trajectories.reshape(-1, trajectories.shape[-1]).astype(np.float64)
    origin = flat.mean(axis=0)
    flat = flat - origin
    axes = np.linalg.eigh(flat.T @ flat)[1][:, :-3:-1]
    return Plane(oriented(axes), origin)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The flow at points of a plane, in rate units per second."""

    velocity: Float64Array  # (..., 2) along the plane's axes
    speed: Float64Array  # (...) in all N dimensions


def plane_flow(
    weights: NetworkWeights,
    current: FloatArray,
    config: RunConfig,
    plane: Plane,
    through: FloatArray,
    points: FloatArray,
) -> Flow:
    """The flow at coordinates ``points`` of a plane through one state; milliseconds for thousands.

    Parameters
    ----------
    weights : one network
    current : (N,)
        x W_in + b, see :func:`input_current`.
    through : (N,)
        Where the plane cuts the other dimensions.
    points : (..., 2)
    """
    states = plane.lift(points, through)
    speeds = velocity(weights, current, config, states)
    return Flow(speeds @ plane.axes, np.linalg.norm(speeds, axis=-1))


def velocity(
    weights: NetworkWeights, current: FloatArray, config: RunConfig, states: FloatArray
) -> Float64Array:
    """ds/dt (..., N) in rate units per second at states (..., N) under a constant current (N,)."""
    rates = network.activate(states @ weights.recurrent + current, config.activation)
    return (rates - states) / (config.tau * 1e-3)


def release(
    weights: NetworkWeights,
    current: FloatArray,
    config: RunConfig,
    start: FloatArray,
    duration: float,
) -> Float64Array:
    """The trajectory (T + 1, N) of a state let go under a constant current for ``duration`` ms."""
    steps = max(1, round(duration / config.dt))
    drive = np.broadcast_to(current, (1, 1, steps, len(current)))
    states = network.run_dynamics(
        weights[None], drive, config, initial_state=np.asarray(start)[None, None]
    )
    return np.concatenate([np.asarray(start)[None], states[0, 0]])


def input_current(
    weights: NetworkWeights, stimulus: FloatArray, config: RunConfig, time: float
) -> Float64Array:
    """X W_in + b (N,) that acts on the state at ``time``, ms from the trial's onset.

    At the instant a stimulus or fixation goes off it no longer acts; at the trial's end the last
    step's current stays.
    """
    step = min(round(time / config.dt), config.steps - 1)
    return task.inputs(stimulus, config)[step] @ weights.input + weights.bias


def epoch_at(config: RunConfig, time: float) -> str:
    """The epoch whose input acts at ``time`` ms: "sample", "delay" or "response"."""
    step = min(round(time / config.dt), config.steps - 1)
    if step < config.sample_steps:
        return "sample"
    return "delay" if step < config.go_step else "response"


def state_at(
    trajectory: FloatArray, initial_state: FloatArray, config: RunConfig, time: float
) -> FloatArray:
    """The state (N,) at ``time`` ms on a trajectory (T, N) that left from ``initial_state`` (1, N)."""
    step = min(round(time / config.dt), len(trajectory))
    return trajectory[step - 1] if step else initial_state.reshape(-1)
