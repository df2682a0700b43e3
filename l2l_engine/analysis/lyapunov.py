"""Lyapunov exponents along the trajectory: how fast neighbouring states diverge or converge.

Source: Benettin, Galgani, Giorgilli & Strelcyn, Meccanica 15, 9-20 (1980); for recurrent networks Engelken,
Wolf & Abbott, Phys. Rev. Res. 5, 043044 (2023).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.analysis import known
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]
EVERY = 10  # steps between orthogonalisations


def _known_linear() -> KnownAnswer:
    config = known.CONFIG.replace(activation=Activation.RELU)
    weights = known.unconnected([1.0, 1.0], start=1.0)
    weights.recurrent[:] = np.diag([0.5, -0.5])
    weights.bias[:] = [1.0, 5.0]
    moduli = 1 - config.alpha + config.alpha * np.array([0.5, -0.5])
    exponents = np.log(moduli) / (config.dt * 1e-3)
    return KnownAnswer(
        "above threshold the rectifier is linear, and exponents are logarithms of eigenvalues",
        (weights, known.STIMULI, config),
        {"order": [1, 2] * 6, "exponent": np.tile(exponents, 6)},
        options={"settle": 220},
        tolerance=1e-2,
    )


@analysis(
    name="lyapunov",
    title="Lyapunov exponents of each epoch",
    takes=Takes.NETWORK,
    columns={
        "stimulus": Column("", "stimulus shown, 0 or 1"),
        "epoch": Column("", "sample, delay or response"),
        "order": Column("", "1 for the largest exponent"),
        "exponent": Column("per s", "Lyapunov exponent; the leak alone is -1 / tau"),
    },
    cost="60 ms a problem",
    source="Engelken, Wolf & Abbott, Phys. Rev. Res. 5, 043044 (2023)",
    known=_known_linear,
    parameters=(
        Parameter("count", "Exponents", 1, 20),
        Parameter("settle", "Settling", 0, 10_000, 10, "steps"),
    ),
)
def lyapunov(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    count: int = 5,
    settle: int = 0,
) -> Columns:
    """The leading exponents over each epoch, along the noise-free trajectory of each stimulus.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    config : RunConfig
    count : int
        Exponents wanted; at most one a unit.
    settle : int
        Steps at the start of the trial that turn the tangent vectors but are counted as if run before
        it: the first epoch then starts with settled directions.

    Returns
    -------
    Columns
        One row for each stimulus, epoch and exponent.

    Raises
    ------
    L2LError
        When ``count`` is not positive.
    """
    if count < 1:
        raise L2LError(f"count = {count} must be at least 1.")
    exact = weights.astype(np.float64)
    shown = task.inputs(np.asarray(stimuli, np.float64), config)
    states = network.simulate(exact[None], np.asarray(stimuli, np.float64)[None], config)[0]
    start = np.broadcast_to(exact.initial_state, (len(states), 1, exact.units))
    before = np.concatenate([start, states[:, :-1]], axis=1)
    currents = shown @ exact.input + before @ exact.recurrent + exact.bias
    slopes = network.activation_slope(currents, config.activation)
    count = min(count, exact.units)
    generator = np.random.default_rng(0)
    tangents: Float64 = generator.normal(size=(len(states), exact.units, count))
    for step in range(min(settle, config.steps)):
        tangents = _advance(np.linalg.qr(tangents)[0], slopes[:, step], exact, config)
    tangents = np.linalg.qr(tangents)[0]
    table: dict[str, list[object]] = {"stimulus": [], "epoch": [], "order": [], "exponent": []}
    found = np.empty((3, len(states), count))
    names = []
    for index, epoch in enumerate(task.epochs(config)):
        names.append(epoch.name)
        first, last = (round(edge / config.dt) for edge in (epoch.start, epoch.stop))
        growth = np.zeros((len(states), count))
        for step in range(first, last):
            tangents = _advance(tangents, slopes[:, step], exact, config)
            if (step - first + 1) % EVERY == 0 or step == last - 1:
                tangents, triangle = np.linalg.qr(tangents)
                growth += np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2)))
        duration = max(last - first, 1) * config.dt * 1e-3
        found[index] = growth / duration if last > first else np.nan
    for stimulus in range(len(states)):
        for index, name in enumerate(names):
            for order in range(count):
                table["stimulus"].append(stimulus)
                table["epoch"].append(name)
                table["order"].append(order + 1)
                table["exponent"].append(found[index, stimulus, order])
    return {name: np.array(values) for name, values in table.items()}


def _advance(
    tangents: Float64, slopes: FloatArray, weights: NetworkWeights, config: RunConfig
) -> Float64:
    """Small differences of state (2, N, k) one step later: the Jacobian applied to each column."""
    current = weights.recurrent.T @ tangents
    return np.asarray(
        (1 - config.alpha) * tangents + config.alpha * slopes[:, :, None] * current, np.float64
    )
