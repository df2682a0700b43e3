"""Fixed and slow points of each epoch's dynamics, and their stability.

Within an epoch the input x is constant and the state follows tau ds/dt = -s + F(s) with
F(s) = phi(x W_in + s W_rec + b). Points are the minima of q = 1/2 |s - F(s)|^2 reached from
the states the network visits: fixed where q is 0, slow where the state moves slower than it
does along the trajectories. Networks trained on this task often have slow points only.
Source: Sussillo & Barak, Neural Comput. 25, 626-649 (2013).
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
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
FIXED_Q = 1e-18  # below it a point is fixed: |s - F(s)| is then about 1e-9 rate units
NEUTRAL = 1e-3  # 1/s; slower growth or decay than this, over 1000 s, is none


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
        if unstable == 0:
            return f"stable {'fixed' if self.fixed[point] else 'slow'} point"
        kind = "saddle" if unstable < self.states.shape[1] else "repeller"
        plural = "" if unstable == 1 else "s"
        slow = "" if self.fixed[point] else "slow "
        return f"{slow}{kind}, {unstable} unstable dimension{plural}"


def _known_points() -> KnownAnswer:
    # in the delay: s = tanh(2 s) for the memory, the saddle between, fixation at tanh(sqrt(10))
    return KnownAnswer(
        "a bistable memory has two stable states and the saddle between them while it is held",
        (known.bistable(), known.STIMULI, known.CONFIG),
        {
            "epoch": [
                "sample, stimulus 0",
                "sample, stimulus 1",
                *["delay"] * 2,
                *["response"] * 2,
            ],
            "unstable_dimensions": [0] * 6,
            "q": [0.0] * 6,
        },
        tolerance=1e-12,
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
    },
    cost="0.4-1.3 s a problem",
    source="Sussillo & Barak, Neural Comput. 25, 626-649 (2013)",
    known=_known_points,
    tabulate=_point_columns,
)
def fixed_points(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    starts: int = 16,
    slow: float = 0.5,
    same: float = 1e-2,
    progress: Progress | None = None,
) -> list[Points]:
    """Fixed and slow points of one network in every epoch of one problem.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    starts : int
        Searches from each trajectory in each epoch, evenly spaced in time.
    slow : float
        Minima of q where the state moves faster than this share of its median speed at the
        states visited are no points.
    same : float
        Searches that end within this distance, in rate units, found the same point.
    progress : optional
        Told the fraction done, from 0 to 1; whatever it raises cancels.

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
    conditions = [
        ("sample, stimulus 0", [0], slice(0, config.sample_steps)),
        ("sample, stimulus 1", [1], slice(0, config.sample_steps)),
        ("delay", [0, 1], slice(config.sample_steps, go)),
        ("response", [0, 1], slice(go, config.steps)),
    ]
    conditions = [one for one in conditions if one[2].start < one[2].stop]
    result = []
    for number, (name, trials, steps) in enumerate(conditions):
        visited = trajectories[trials, steps]
        chosen = np.linspace(0, visited.shape[1] - 1, starts).round().astype(int)
        current = shown[trials[0], steps.start] @ weights.input + weights.bias
        points = find_points(
            weights.recurrent,
            current,
            config,
            visited[:, np.unique(chosen)].reshape(-1, weights.units),
            name=name,
            visited=visited.reshape(-1, weights.units),
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
        States that distances and speeds are measured against; the starts by default.

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
        np.median(np.linalg.norm(_gap(recurrent, current, config.activation, known), axis=1))
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
        searches=len(starts),
    )


def minimise_q(
    recurrent: FloatArray,
    current: FloatArray,
    activation: Activation,
    starts: FloatArray,
    progress: Progress | None = None,
    *,
    iterations: int = 200,
) -> tuple[Float64Array, Float64Array, NDArray[np.bool_]]:
    """Levenberg-Marquardt on all starting states at once, each with its own damping.

    Returns
    -------
    states (M, N), q (M,), is_minimum (M,)
        ``is_minimum`` where q is 0 or its gradient vanishes.
    """
    states = np.array(starts, np.float64)
    residual, jacobian = _residual(recurrent, current, activation, states)
    q = 0.5 * np.square(residual).sum(axis=1)
    damping = np.full(len(states), 1e-2)
    is_minimum = np.zeros(len(states), bool)
    searching = np.arange(len(states))
    identity = np.eye(states.shape[1])
    for iteration in range(iterations):
        gradient = np.einsum("mij,mj->mi", jacobian, residual)
        # q is 0, or the slope is tiny beside what the residual could give
        size = np.linalg.norm(residual, axis=1)
        flat = (q[searching] < 1e-24) | (np.linalg.norm(gradient, axis=1) < 1e-7 * size)
        is_minimum[searching[flat]] = True
        going = ~flat & (damping[searching] < 1e12)
        searching, residual, jacobian = searching[going], residual[going], jacobian[going]
        if not len(searching):
            break
        normal = jacobian @ np.swapaxes(jacobian, 1, 2)
        normal += damping[searching, None, None] * identity
        step = np.linalg.solve(normal, gradient[going][..., None])[..., 0]
        tried = states[searching] - step
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far is not better
            new_residual, new_jacobian = _residual(recurrent, current, activation, tried)
            new_q = 0.5 * np.square(new_residual).sum(axis=1)
        better = new_q < q[searching]
        accepted = searching[better]
        states[accepted], q[accepted] = tried[better], new_q[better]
        residual[better], jacobian[better] = new_residual[better], new_jacobian[better]
        # at a slow point the Jacobian is singular: some damping must stay
        damping[searching] = np.maximum(damping[searching] * np.where(better, 0.1, 4.0), 1e-10)
        if progress is not None:
            progress(max(iteration / iterations, 1 - len(searching) / len(states)))
    if progress is not None:
        progress(1.0)
    return states, q, is_minimum | (q < FIXED_Q)


def _gap(
    recurrent: FloatArray, current: FloatArray, activation: Activation, states: FloatArray
) -> Float64Array:
    """S - F(s), (M, N)."""
    return states - network.activate(states @ recurrent + current, activation)


def _residual(
    recurrent: FloatArray, current: FloatArray, activation: Activation, states: FloatArray
) -> tuple[Float64Array, Float64Array]:
    """S - F(s), (M, N), and its derivative, (M, N, N): by component of s, of s - F(s)."""
    net = states @ recurrent + current
    slope = network.activation_slope(net, activation)
    jacobian = -recurrent * slope[:, None, :]
    diagonal = np.arange(states.shape[1])
    jacobian[:, diagonal, diagonal] += 1.0
    return _gap(recurrent, current, activation, states), jacobian


def _spectra(
    recurrent: FloatArray, current: FloatArray, config: RunConfig, states: FloatArray
) -> NDArray[np.complex128]:
    _, jacobian = _residual(recurrent, current, config.activation, states)
    values = np.linalg.eigvals(-jacobian / (config.tau * 1e-3)).astype(np.complex128)
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
