"""Fixed and slow points of each epoch's dynamics, and their stability.

Within an epoch the input x is constant and the state follows tau ds/dt = -s + F(s) with
F(s) = phi(x W_in + s W_rec + b). Points are local minima of q = 1/2 |s - F(s)|^2, that is of the
speed: fixed where q is 0, slow where the state moves more slowly than along the trajectories.
Networks trained on this task mostly have slow points only, at typically a fifth of the trajectory's
speed; they are minima of speed rather than places where the state comes to rest.

Searches start from states the network visits, and from the same states jittered; see
:mod:`l2l_engine.analysis.speed_minima`.

References
----------
Sussillo & Barak, Neural Comput. 25, 626-649 (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.speed_minima import FIXED_Q, minimise_q, residual_of
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
NEUTRAL = 1e-3  # 1/s; slower growth or decay than this, over 1000 s, is none
FARTHEST = 3.0  # trajectory radii from the centre of the states visited: as far as a network gets
JITTER = 0.5  # of the trajectory radius: typical length of the jitter of a start


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The n distinct points of one constant-input dynamics, the slowest first."""

    name: str  # "sample, stimulus 0", "delay", ...
    states: Float64Array  # (n, N) rate units
    q: Float64Array  # (n,) squared rate units
    speed: Float64Array  # (n,) |ds/dt| in rate units per second
    relative_speed: Float64Array  # (n,) to the median speed at the states visited
    distance: Float64Array  # (n,) to the nearest state visited, rate units
    reached: NDArray[np.intp]  # (n,) searches that ended here
    eigenvalues: NDArray[np.complex128]  # (n, N) of d(ds/dt)/ds in 1/s, largest real part first
    reachable: NDArray[np.bool_]  # (n,) whether the network can get there, see find_points
    searches: int  # started; those that found no point are dropped

    def __len__(self) -> int:
        return len(self.states)

    @property
    def fixed(self) -> NDArray[np.bool_]:
        """Which points are fixed rather than slow, (n,)."""
        return self.q < FIXED_Q

    @property
    def unstable_dimensions(self) -> NDArray[np.intp]:
        """Eigenvalues with a positive real part, (n,).

        A slow point, being a minimum of q where s - F(s) is not 0, has one eigenvalue of 0.
        """
        return (self.eigenvalues.real > NEUTRAL).sum(axis=1)

    @property
    def time_constants(self) -> Float64Array:
        """-1 / Re(eigenvalue) in ms, (n, N): decay where positive, growth where negative, or inf."""
        rate = self.eigenvalues.real
        moving = np.abs(rate) > NEUTRAL
        return np.divide(-1e3, rate, out=np.full(rate.shape, np.inf), where=moving)

    def describe(self, point: int) -> str:
        """A point in words: "stable fixed point", "slow saddle, 2 unstable dimensions"."""
        unstable = int(self.unstable_dimensions[point])
        beyond = "" if self.reachable[point] else ", out of the network's reach"
        if unstable == 0:
            return f"stable {'fixed' if self.fixed[point] else 'slow'} point{beyond}"
        kind = "saddle" if unstable < self.states.shape[1] else "repeller"
        plural = "" if unstable == 1 else "s"
        slow = "" if self.fixed[point] else "slow "
        return f"{slow}{kind}, {unstable} unstable dimension{plural}{beyond}"


def _known_points() -> KnownAnswer:
    epochs = ["sample, stimulus 0", "sample, stimulus 1"] + ["delay"] * 3 + ["response"] * 3
    return KnownAnswer(
        "a bistable memory has one fixed point while it is driven, two stable ones while it holds, "
        "and a saddle between them",
        (known.bistable(), known.STIMULI, known.CONFIG),
        {"epoch": epochs, "speed": np.zeros(len(epochs))},
        tolerance=1e-6,
    )


def _point_columns(found: list[Points]) -> Columns:
    def joined(values: Callable[[Points], Any]) -> NDArray[Any]:
        return np.concatenate([np.asarray(values(points)) for points in found])

    return {
        "epoch": joined(lambda points: [points.name] * len(points)),
        "kind": joined(lambda points: [points.describe(n) for n in range(len(points))]),
        "q": joined(lambda points: points.q),
        "speed": joined(lambda points: points.speed),
        "relative_speed": joined(lambda points: points.relative_speed),
        "distance": joined(lambda points: points.distance),
        "unstable_dimensions": joined(lambda points: points.unstable_dimensions),
        "fastest_growth": joined(
            lambda points: points.eigenvalues.real.max(axis=1, initial=-np.inf)
        ),
        "searches": joined(lambda points: points.reached),
        "reachable": joined(lambda points: points.reachable.astype(int)),
    }


@analysis(
    name="fixed-points",
    title="Fixed and slow points",
    takes=Takes.NETWORK,
    columns={
        "epoch": Column("", "epoch whose input is held constant"),
        "kind": Column("", "fixed or slow, stable, saddle or repeller"),
        "q": Column("a.u.²", "half the squared residual |s - F(s)|²"),
        "speed": Column("a.u. per s", "speed of the state at the point"),
        "relative_speed": Column("", "speed over the median speed of the trajectories"),
        "distance": Column("a.u.", "distance from the nearest state visited"),
        "unstable_dimensions": Column("", "eigenvalues with a positive real part"),
        "fastest_growth": Column("1/s", "largest real part of the eigenvalues"),
        "searches": Column("", "searches that ended at the point"),
        "reachable": Column("", "1 where the network can get to the point"),
    },
    cost="0.5-0.9 s a problem",
    source="Sussillo & Barak, Neural Comput. 25, 626-649 (2013)",
    known=_known_points,
    tabulate=_point_columns,
    parameters=(
        Parameter("starts", "Starts", 1, 256),
        Parameter("slow", "Slow below", 0.001, 10, 0.1, "of the median speed", 3),
    ),
)
def fixed_points(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    starts: int = 16,
    slow: float = 0.5,
    same: float = 1e-2,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Points]:
    """Fixed and slow points of one network in every epoch of one problem.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    starts : int
        States of each trajectory in each epoch, evenly spaced in time, from which searches start:
        two from each, one of them jittered.
    slow : float
        Largest speed of a point, as a share of the median speed at the states visited; faster
        minima of q are left out.
    same : float
        Searches that end within this distance, in rate units, have found the same point.
    seed : int
        Of the jitter.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    list of four
        Sample with stimulus 0, sample with stimulus 1, delay, response. An epoch of no length
        is left out.
    """
    weights = weights.astype(np.float64)
    stimuli = np.asarray(stimuli, np.float64)
    trajectories = network.simulate(weights[None], stimuli[None], config)[0]
    shown = task.inputs(stimuli, config)
    go = config.go_step
    random = np.random.default_rng(seed)
    conditions = [
        ("sample, stimulus 0", [0], slice(0, config.sample_steps)),
        ("sample, stimulus 1", [1], slice(0, config.sample_steps)),
        ("delay", [0, 1], slice(config.sample_steps, go)),
        ("response", [0, 1], slice(go, config.steps)),
    ]
    conditions = [condition for condition in conditions if condition[2].start < condition[2].stop]
    result = []
    for number, (name, trials, steps) in enumerate(conditions):
        visited = trajectories[trials, steps]
        chosen = np.linspace(0, visited.shape[1] - 1, starts).round().astype(int)
        begun = visited[:, np.unique(chosen)].reshape(-1, weights.units)
        visited = visited.reshape(-1, weights.units)
        spread = JITTER * _extent(visited)[1] / np.sqrt(weights.units)
        jittered = begun + spread * random.standard_normal(begun.shape)
        current = shown[trials[0], steps.start] @ weights.input + weights.bias
        points = find_points(
            weights.recurrent,
            current,
            config,
            np.concatenate([begun, jittered]),
            name=name,
            visited=visited,
            slow=slow,
            same=same,
            progress=share(progress, number / len(conditions), (number + 1) / len(conditions)),
        )
        result.append(points)
    return result


def find_points(
    recurrent: FloatArray,
    current: FloatArray,
    config: RunConfig,
    starts: FloatArray,
    *,
    name: str = "",
    visited: FloatArray | None = None,
    slow: float = 0.5,
    same: float = 1e-2,
    progress: Progress | None = None,
) -> Points:
    """Distinct minima of q of one constant-input dynamics, from given starting states.

    Parameters
    ----------
    recurrent : (N, N)
    current : (N,)
        x W_in + b.
    starts : (M, N)
    visited : (V, N), optional
        States that distances and speeds are measured against; the starts by default. A point is
        out of reach when it is more than ``FARTHEST`` times as far from their centre as they are,
        or has a negative rate where the activation allows none.

    Raises
    ------
    L2LError
        When a weight or a starting state is not finite.
    """
    recurrent = np.asarray(recurrent, np.float64)
    current = np.asarray(current, np.float64)
    starts = np.asarray(starts, np.float64)
    for what, array in (("weights", recurrent), ("input current", current), ("states", starts)):
        if not np.isfinite(array).all():
            raise L2LError(f"Fixed points need finite numbers: the {what} hold one that is not.")
    known = starts if visited is None else visited
    pace = float(
        np.median(
            np.linalg.norm(residual_of(recurrent, current, config.activation, known)[0], axis=1)
        )
    )
    ended, q, is_minimum = minimise_q(recurrent, current, config.activation, starts, progress)
    kept = np.flatnonzero(is_minimum & (np.sqrt(2 * q) <= max(slow * pace, np.sqrt(2 * FIXED_Q))))
    kept = kept[np.argsort(q[kept], kind="stable")]
    distinct, reached = _distinct(ended[kept], same)
    states, q = ended[kept][distinct], q[kept][distinct]
    return Points(
        name=name,
        states=states,
        q=q,
        speed=np.sqrt(2 * q) / (config.tau * 1e-3),
        relative_speed=np.sqrt(2 * q) / pace if pace > 0 else np.zeros(len(q)),
        distance=_nearest(states, known),
        reached=reached,
        eigenvalues=_spectra(recurrent, current, config, states),
        reachable=_reachable(states, known, config.activation),
        searches=len(starts),
    )


def _spectra(
    recurrent: FloatArray, current: FloatArray, config: RunConfig, states: FloatArray
) -> NDArray[np.complex128]:
    slope = network.activation_slope(states @ recurrent + current, config.activation)
    derivative = recurrent * slope[:, None, :] - np.eye(len(recurrent))
    values = np.linalg.eigvals(derivative / (config.tau * 1e-3)).astype(np.complex128)
    order = np.argsort(-values.real, axis=1, kind="stable")
    return np.take_along_axis(values, order, axis=1)


def _distinct(states: FloatArray, same: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the first of each cluster of near states, and the sizes of the clusters."""
    first: list[int] = []
    sizes: list[int] = []
    for index, state in enumerate(states):
        gaps = np.linalg.norm(states[first] - state, axis=1)
        if len(first) and gaps.min() <= same:
            sizes[int(gaps.argmin())] += 1
        else:
            first.append(index)
            sizes.append(1)
    return np.array(first, np.intp), np.array(sizes, np.intp)


def _nearest(states: FloatArray, visited: FloatArray) -> Float64Array:
    """Distance of each state (n, N) to the nearest of (V, N)."""
    return np.array([np.sqrt(np.square(visited - state).sum(axis=1).min()) for state in states])


def _extent(visited: FloatArray) -> tuple[Float64Array, float]:
    """Centre (N,) of states (V, N), and their largest distance from it."""
    centre = visited.mean(axis=0)
    return centre, float(np.sqrt(np.square(visited - centre).sum(axis=1).max()))


def _reachable(
    states: FloatArray, visited: FloatArray, activation: Activation
) -> NDArray[np.bool_]:
    centre, radius = _extent(visited)
    # a single state visited has no extent to compare with
    near = np.linalg.norm(states - centre, axis=1) <= (FARTHEST * radius or np.inf)
    return near if activation is Activation.TANH else near & (states >= -1e-9).all(axis=1)
