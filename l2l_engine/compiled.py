"""The recurrence of many trials as machine code: three times as fast as a chain of NumPy calls.

It does not hold the interpreter, so a window keeps drawing meanwhile and two threads do the work
of two. Sums run over the units in order, so a trial is the same to the bit whatever it is
simulated with. It agrees with NumPy to rounding. Importing this takes half a second, and the
first call ever some seconds, so :mod:`l2l_engine.network` does it when it first simulates.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import Activation

Float64 = NDArray[np.float64]

NUMBERS = {activation: number for number, activation in enumerate(Activation)}
"""How the machine code knows the activations."""

_FUSED = {"contract", "nsz"}  # fused multiply-adds, but no other order of sums
_LOG2_E = 1.0 / math.log(2.0)
# ln 2 in two parts, the first with zeros at its end: whole multiples of it are exact
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUNDING = 1.5 * 2.0**52  # added and taken off again, it leaves a whole number
_LARGEST = 700.0  # beyond, exp(-x) is nothing beside any rate
_EXP = tuple(1.0 / math.factorial(power) for power in range(13))
_ATANH = tuple(1.0 / power for power in range(1, 32, 2))


@numba.njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def _decayed(size: float) -> float:
    """exp(-size) for size >= 0, to the last bit or two; in steps that vectors of units take at once."""
    size = min(size, _LARGEST)
    shifted = _ROUNDING - size * _LOG2_E
    halvings = shifted - _ROUNDING  # a whole number: exp(-size) = 2^halvings exp(rest)
    rest = -size - halvings * _LN2_HIGH
    rest = rest - halvings * _LN2_LOW
    # Horner's rule written out: a loop over powers would take the units one by one
    total = _EXP[12]
    total = total * rest + _EXP[11]
    total = total * rest + _EXP[10]
    total = total * rest + _EXP[9]
    total = total * rest + _EXP[8]
    total = total * rest + _EXP[7]
    total = total * rest + _EXP[6]
    total = total * rest + _EXP[5]
    total = total * rest + _EXP[4]
    total = total * rest + _EXP[3]
    total = total * rest + _EXP[2]
    total = total * rest + _EXP[1]
    total = total * rest + _EXP[0]
    # the whole number stands in the last bits of ``shifted``: added to the exponent, it scales
    scaled = np.float64(total).view(np.int64) + (np.float64(shifted).view(np.int64) << 52)
    return np.int64(scaled).view(np.float64)


@numba.njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def _softplus(current: float) -> float:
    """log(1 + exp(current)) = max(current, 0) + log(1 + exp(-abs(current)))."""
    small = _decayed(abs(current))
    ratio = small / (2.0 + small)  # log(1 + small) = 2 atanh(ratio), ratio <= 1/3
    square = ratio * ratio
    total = _ATANH[15]
    total = total * square + _ATANH[14]
    total = total * square + _ATANH[13]
    total = total * square + _ATANH[12]
    total = total * square + _ATANH[11]
    total = total * square + _ATANH[10]
    total = total * square + _ATANH[9]
    total = total * square + _ATANH[8]
    total = total * square + _ATANH[7]
    total = total * square + _ATANH[6]
    total = total * square + _ATANH[5]
    total = total * square + _ATANH[4]
    total = total * square + _ATANH[3]
    total = total * square + _ATANH[2]
    total = total * square + _ATANH[1]
    total = total * square + _ATANH[0]
    return max(current, 0.0) + 2.0 * ratio * total


@numba.njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def _activate(activation: int, currents: Float64) -> None:
    if activation == 0:
        for unit in range(len(currents)):
            currents[unit] = _softplus(currents[unit])
    elif activation == 1:
        for unit in range(len(currents)):
            currents[unit] = max(currents[unit], 0.0)
    elif activation == 2:
        for unit in range(len(currents)):
            currents[unit] = np.tanh(currents[unit])
    else:
        for unit in range(len(currents)):
            net = max(currents[unit], 0.0)
            currents[unit] = net * net


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=_FUSED)  # type: ignore[untyped-decorator]
def softplus(currents: Float64) -> None:
    """Put rates in the place of net currents, of any number, (n,)."""
    _activate(0, currents)


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=_FUSED)  # type: ignore[untyped-decorator]
def run(
    activation: int,
    recurrent: Float64,
    drives: Float64,
    drive_of_step: NDArray[np.intp],
    start: Float64,
    alpha: float,
    states: Float64,
) -> None:
    """Fill ``states`` with the states after each step of the trials of K networks.

    Parameters
    ----------
    activation : its number in :data:`NUMBERS`
    recurrent : (K, N, N)
    drives : (K, M, D, N)
        Everything but the recurrent current.
    drive_of_step : (T,)
        Which of the D drives each step has.
    start : (K, M, N)
    alpha : time step over time constant
    states : (K, M, T, N)
    """
    networks, trials, steps, units = states.shape
    leak, fours = 1.0 - alpha, units // 4 * 4
    first, second = np.empty(units), np.empty(units)  # currents of two trials
    for network in range(networks):
        weights = recurrent[network]
        for trial in range(0, trials, 2):  # in pairs: both use a weight while it is at hand
            other = min(trial + 1, trials - 1)
            a, b = start[network, trial].copy(), start[network, other].copy()
            for step in range(steps):
                first[:] = drives[network, trial, drive_of_step[step]]
                second[:] = drives[network, other, drive_of_step[step]]
                for source in range(0, fours, 4):
                    w0, w1 = weights[source], weights[source + 1]
                    w2, w3 = weights[source + 2], weights[source + 3]
                    a0, a1, a2, a3 = a[source], a[source + 1], a[source + 2], a[source + 3]
                    b0, b1, b2, b3 = b[source], b[source + 1], b[source + 2], b[source + 3]
                    for unit in range(units):
                        first[unit] += a0 * w0[unit] + a1 * w1[unit] + a2 * w2[unit] + a3 * w3[unit]
                        second[unit] += (
                            b0 * w0[unit] + b1 * w1[unit] + b2 * w2[unit] + b3 * w3[unit]
                        )
                for source in range(fours, units):
                    for unit in range(units):
                        first[unit] += a[source] * weights[source, unit]
                        second[unit] += b[source] * weights[source, unit]
                _activate(activation, first)
                _activate(activation, second)
                for unit in range(units):
                    a[unit] = leak * a[unit] + alpha * first[unit]
                    b[unit] = leak * b[unit] + alpha * second[unit]
                states[network, trial, step] = a
                states[network, other, step] = b
