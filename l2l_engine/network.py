"""The recurrent network: its weights, how they start, and noise-free simulation.

Row-vector convention throughout: s_t = (1 - alpha) s_{t-1} + alpha phi(x_t W_in + s_{t-1} W_rec + b).
Source: Goudar et al. (2023), Methods, "RNN model".
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from l2l_engine import task
from l2l_engine.config import Activation, L2LError, RecurrentInit, RunConfig
from l2l_engine.task import OUTPUTS, FloatArray

log = logging.getLogger(__name__)

_MANY = 10_000  # currents for which calling machine code pays


@dataclass(frozen=True, slots=True, eq=False)
class NetworkWeights:
    """The trained parameters of one network, or of a stack of networks.

    For a stack every array has the same leading axes ``...``, and indexing the stack
    indexes those. C input channels, N units.
    """

    input: FloatArray  # (..., C, N)
    recurrent: FloatArray  # (..., N, N)
    bias: FloatArray  # (..., N)
    initial_state: FloatArray  # (..., 1, N)
    output: FloatArray  # (..., N, 3)
    output_bias: FloatArray  # (..., 3)

    def __getitem__(self, index: Any) -> Self:
        return self.map(lambda array: array[index])

    def __len__(self) -> int:
        """Number of networks along the first leading axis."""
        if self.bias.ndim < 2:
            raise TypeError("A single network has no length; only a stack of networks has.")
        return len(self.bias)

    @property
    def units(self) -> int:
        """Number of recurrent units, N."""
        return int(self.bias.shape[-1])

    def map(self, function: Any) -> Self:
        """Apply ``function`` to every array."""
        return type(self)(*(function(array) for array in self.arrays().values()))

    def astype(self, dtype: DTypeLike) -> Self:
        """A copy in another floating-point type; the analyses use float64."""
        return self.map(lambda array: np.asarray(array, dtype))

    def copy(self) -> Self:
        """A copy that shares no memory."""
        return self.map(np.copy)

    def arrays(self) -> dict[str, FloatArray]:
        """Name to array, in the fixed order of the fields."""
        return {name: getattr(self, name) for name in WEIGHT_NAMES}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, FloatArray]) -> Self:
        """The inverse of :meth:`arrays`; other names in the mapping are ignored."""
        return cls(**{name: arrays[name] for name in WEIGHT_NAMES})

    @classmethod
    def stack(cls, networks: list[NetworkWeights]) -> Self:
        """Stack networks along a new first axis."""
        return cls(
            *(np.stack([getattr(network, name) for network in networks]) for name in WEIGHT_NAMES)
        )

    def is_finite(self) -> bool:
        """Whether no weight is NaN or infinite."""
        return all(bool(np.isfinite(array).all()) for array in self.arrays().values())


WEIGHT_NAMES: tuple[str, ...] = tuple(item.name for item in dataclasses.fields(NetworkWeights))


def weight_shapes(config: RunConfig) -> dict[str, tuple[int, ...]]:
    """Shape of each array of one network of this configuration."""
    units = config.units
    return {
        "input": (config.inputs, units),
        "recurrent": (units, units),
        "bias": (units,),
        "initial_state": (1, units),
        "output": (units, OUTPUTS),
        "output_bias": (OUTPUTS,),
    }


def check_shapes(weights: NetworkWeights, config: RunConfig) -> None:
    """Raise L2LError, naming the array, when one does not fit the configuration."""
    for name, shape in weight_shapes(config).items():
        found = getattr(weights, name).shape
        if found != shape:
            raise L2LError(f"The weights '{name}' have shape {found}; this run needs {shape}.")


def random_orthogonal(random: np.random.RandomState, size: int) -> NDArray[np.float64]:
    """A Haar-distributed orthogonal matrix (size, size), as a product of Householder reflections.

    Draws ``normal(size=size - n + 1)`` for n = 1 ... size - 1. Source: Stewart, SIAM J.
    Numer. Anal. 17, 403-409 (1980); the order of draws is the published code's.
    """
    matrix = np.eye(size)
    for n in range(1, size):
        normal = random.normal(size=size - n + 1)
        sign = np.sign(normal[0])
        normal[0] += sign * np.sqrt(normal @ normal)  # this sign avoids cancellation
        tail = matrix[:, n - 1 :]
        reflected = tail - np.outer(tail @ normal, 2.0 / (normal @ normal) * normal)
        matrix[:, n - 1 :] = -sign * reflected
    return matrix


def initial_weights(random: np.random.RandomState, config: RunConfig) -> NetworkWeights:
    """The untrained network, float32, drawn in the published code's order from ``random``."""
    units = config.units
    input_weights = random.randn(config.inputs, units) / np.sqrt(config.inputs)
    match config.recurrent_init:
        case RecurrentInit.ORTHOGONAL:
            recurrent = random_orthogonal(random, units)
        case RecurrentInit.IDENTITY:
            squared = config.activation is Activation.SQUARED_RELU
            recurrent = (0.01 if squared else 0.54) * np.eye(units)
        case RecurrentInit.GAUSSIAN:
            recurrent = random.randn(units, units) / np.sqrt(units)
    return NetworkWeights(
        input=input_weights,
        recurrent=recurrent,
        bias=np.full(units, config.initial_bias),
        initial_state=np.zeros((1, units)),
        output=np.zeros((units, OUTPUTS)),
        output_bias=np.zeros(OUTPUTS),
    ).astype(np.float32)


def activate(
    current: FloatArray, activation: Activation, out: FloatArray | None = None
) -> FloatArray:
    """The rate nonlinearity phi of a net current, any shape; ``out`` may be ``current`` itself."""
    match activation:
        case Activation.SOFTPLUS:
            if (rates := _many_softplus(current, out)) is not None:
                return rates
            if current.size and current.max() < np.log(np.finfo(current.dtype).max):
                rates = np.exp(current, out=out)
                return np.log1p(rates, out=rates)
            tail = np.log1p(np.exp(-np.abs(current)))
            return np.add(np.maximum(current, 0), tail, out=out)
        case Activation.RELU:
            return np.maximum(current, 0, out=out)
        case Activation.TANH:
            return np.tanh(current, out=out)
        case Activation.SQUARED_RELU:
            return np.square(np.maximum(current, 0, out=out), out=out)


def _many_softplus(current: FloatArray, out: FloatArray | None) -> FloatArray | None:
    """The softplus of many currents by machine code; None where that does not pay or cannot be."""
    if current.size < _MANY or current.dtype != np.float64 or (fast := _compiled()) is None:
        return None
    direct = out is not None and out.flags.c_contiguous
    rates = out if direct and out is not None else np.empty(current.shape)
    if rates is not current:
        rates[...] = current
    fast.softplus(rates.reshape(-1))
    if out is not None and not direct:
        out[...] = rates
    return rates if out is None else out


def activation_slope(current: FloatArray, activation: Activation) -> FloatArray:
    """The derivative of :func:`activate`, any shape."""
    match activation:
        case Activation.SOFTPLUS:
            return 0.5 * (1.0 + np.tanh(0.5 * current))
        case Activation.RELU:
            return (current > 0).astype(current.dtype)
        case Activation.TANH:
            return 1.0 - np.square(np.tanh(current))
        case Activation.SQUARED_RELU:
            return 2.0 * np.maximum(current, 0)


def activation_curvature(current: FloatArray, activation: Activation) -> FloatArray:
    """The second derivative of :func:`activate`, any shape; 0 at the kinks of rectifiers."""
    match activation:
        case Activation.SOFTPLUS:
            slope = activation_slope(current, activation)
            return slope * (1.0 - slope)
        case Activation.RELU:
            return np.zeros_like(current)
        case Activation.TANH:
            rate = np.tanh(current)
            return -2.0 * rate * (1.0 - np.square(rate))
        case Activation.SQUARED_RELU:
            return 2.0 * (current > 0).astype(current.dtype)


def simulate(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    initial_state: FloatArray | None = None,
    noise: FloatArray | None = None,
) -> FloatArray:
    """Run trials of many networks at once, in the dtype of the weights.

    Parameters
    ----------
    weights : stack of K networks (leading axis K)
    stimuli : (K, M, stimulus_channels)
        The M stimuli shown to each network, one trial each.
    initial_state : (K, M, N), optional
        Where to start; by default each network's own, as trained, never rectified.
    noise : (K, M, steps, N), optional
        Added to the net current; none by default.

    Returns
    -------
    (K, M, steps, N)
        The state after each step.
    """
    dtype = weights.recurrent.dtype
    shown = task.inputs(np.asarray(stimuli, dtype), config)
    if noise is not None:
        drive = shown @ weights.input[:, None]
        drive += weights.bias[:, None, None]
        drive += noise
        return run_dynamics(weights, drive, config, initial_state=initial_state)
    # without noise the drive is constant within an epoch: no need to hold it step by step
    onsets = [0, config.sample_steps, config.go_step, config.steps]
    drives = shown[:, :, onsets[:-1]] @ weights.input[:, None] + weights.bias[:, None, None]
    epochs = np.repeat(np.arange(len(onsets) - 1), np.diff(onsets))
    return _run(weights, drives, epochs, config, initial_state)


def run_dynamics(
    weights: NetworkWeights,
    drive: FloatArray,
    config: RunConfig,
    *,
    initial_state: FloatArray | None = None,
) -> FloatArray:
    """The recurrence alone: states (K, M, T, N) under a given feed-forward ``drive`` (K, M, T, N).

    ``drive`` is everything but the recurrent current: x W_in + b, and noise if any.
    """
    return _run(weights, drive, np.arange(drive.shape[2]), config, initial_state)


def _run(
    weights: NetworkWeights,
    drives: FloatArray,
    drive_of_step: NDArray[np.intp],
    config: RunConfig,
    initial_state: FloatArray | None,
) -> FloatArray:
    """Step D drives (K, M, D, N), each step its own of them (T,), through the recurrence."""
    shape = (*drives.shape[:2], len(drive_of_step), drives.shape[3])
    dtype = weights.recurrent.dtype
    start = weights.initial_state if initial_state is None else initial_state
    start = np.broadcast_to(start, (*shape[:2], shape[3])).astype(dtype, order="C")
    compiled = _compiled() if dtype == np.float64 else None
    if compiled is not None:
        states = np.empty(shape)
        recurrent = np.broadcast_to(weights.recurrent, (shape[0], *weights.recurrent.shape[-2:]))
        contiguous = np.ascontiguousarray(recurrent), np.ascontiguousarray(drives, dtype)
        number = compiled.NUMBERS[config.activation]
        compiled.run(number, *contiguous, drive_of_step, start, config.alpha, states)
        return states
    with np.errstate(over="ignore", invalid="ignore"):
        if len(start) == 1:  # plain matrices skip matmul's stacking overhead
            by_step = [drives[0, :, drive] for drive in drive_of_step]
            return _run_in_numpy(weights.recurrent[0], by_step, start[0], config)[None]
        by_step = [drives[:, :, drive] for drive in drive_of_step]
        return _run_in_numpy(weights.recurrent, by_step, start, config)


def get_ready() -> None:
    """Load the machine code that steps trials ahead of the first simulation.

    Takes half a second, and some seconds the first time ever, when it is compiled.
    """
    _compiled()


@functools.cache
def _compiled() -> ModuleType | None:
    """:mod:`l2l_engine.compiled`, or None where Numba is missing or unfit."""
    try:
        compiled = importlib.import_module("l2l_engine.compiled")
        one = np.zeros((1, 1, 1))
        compiled.run(0, one, one[None], np.zeros(1, np.intp), one, 1.0, one[None].copy())
        compiled.softplus(np.zeros(1))
    except Exception as error:  # must not cost the answer
        log.info("NumPy steps the trials, as Numba cannot: %s", error)
        return None
    return compiled


# The fewest in-place operations that do. This softplus overflows for currents beyond 709
# (float64) or 88 (float32); only then does it start again with the one that never does.
_QUICK: dict[Activation, tuple[np.ufunc, ...]] = {
    Activation.SOFTPLUS: (np.exp, np.log1p),
    Activation.TANH: (np.tanh,),
}


def _run_in_numpy(
    recurrent: FloatArray,
    by_step: Sequence[FloatArray],
    start: FloatArray,
    config: RunConfig,
    *,
    quick: bool = True,
) -> FloatArray:
    """States (..., M, T, N), led by time in memory, from ``start`` (..., M, N) and a drive a step."""
    dtype = recurrent.dtype
    alpha, leak = dtype.type(config.alpha), dtype.type(1.0 - config.alpha)
    states = np.empty((len(by_step), *start.shape), dtype)
    # the recurrence runs on states / alpha, which saves a multiplication a step
    state, scaled = start / alpha, recurrent * alpha
    operations = _QUICK.get(config.activation, ()) if quick else ()
    current = np.empty_like(state)
    for drive, after in zip(by_step, states, strict=True):
        np.matmul(state, scaled, current)
        np.add(current, drive, current)
        for operation in operations:
            operation(current, current)
        if not operations:
            activate(current, config.activation, out=current)
        np.multiply(state, leak, after)
        np.add(after, current, after)
        state = after
    if operations and not np.isfinite(state).all():
        return _run_in_numpy(recurrent, by_step, start, config, quick=False)
    states *= alpha
    return np.moveaxis(states, 0, -2)


def outputs(weights: NetworkWeights, states: FloatArray) -> FloatArray:
    """Softmax outputs (K, M, T, 3) of states (K, M, T, N) of a stack of K networks."""
    logits = states @ weights.output[:, None] + weights.output_bias[:, None, None]
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    return logits
