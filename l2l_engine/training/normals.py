"""Normal numbers, filtered into the network's noise, as fast as the processor adds and multiplies.

NumPy's normals take 1.5 ms a trial at the paper's size and the filter another half, a third of what
everything else takes together; these take a quarter of a millisecond. 64 streams of SFC64 (as
NumPy's generator of that name) run side by side, so that the compiler can put them into vector
registers; the Box-Muller transform makes two normals of each 64-bit number, with its logarithm, sine
and cosine as polynomials. Only sums, products and square roots, each rounded as IEEE 754 says and in
one order, so that every machine draws the same noise.

Sources: Box & Muller, Ann. Math. Statist. 29, 610-611 (1958); Doty-Humphrey, PractRand (SFC64);
polynomials: Moshier, Cephes library (logf, sinf, cosf).
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

LANES = 64
_ROUNDS = 128  # of numbers drawn at a time
_WARM_UP = 12  # rounds before the first number is used, as in NumPy's SFC64

_f = np.float32
_STEP, _HALF_STEP = _f(2.0**-31), _f(2.0**-32)
_TURN = _f(math.pi / 2 / 2**30)
_SQRT_HALF_BITS = np.int32(0x3F3504F3)
_EIGHTH = np.int32(1 << 29)
_LN2 = _f(math.log(2.0))
_L = tuple(
    map(
        _f,
        (
            *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1),
            *(1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1),
            3.3333331174e-1,
        ),
    )
)
_S = tuple(map(_f, (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)))
_C = tuple(map(_f, (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)))
_ONE, _HALF, _MINUS_TWO = _f(1.0), _f(0.5), _f(-2.0)


@numba.njit(nogil=True, cache=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _fill(state: NDArray[np.uint64], normals: NDArray[np.float32]) -> None:
    """Fill ``normals`` (R, 2, LANES) from the streams' ``state`` (4, LANES), which moves on."""
    a, b, c, counter = state[0], state[1], state[2], state[3]
    uniform, mantissa = np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    uniform_bits, mantissa_bits = uniform.view(np.int32), mantissa.view(np.int32)
    exponent, angle = np.empty(LANES, np.int32), np.empty(LANES, np.int32)
    for step in range(normals.shape[0]):
        first, second = normals[step, 0], normals[step, 1]
        for lane in range(LANES):
            drawn = a[lane] + b[lane] + counter[lane]
            counter[lane] += np.uint64(1)
            a[lane] = b[lane] ^ (b[lane] >> np.uint64(11))
            b[lane] = c[lane] + (c[lane] << np.uint64(3))
            c[lane] = ((c[lane] << np.uint64(24)) | (c[lane] >> np.uint64(40))) + drawn
            exponent[lane] = np.int32(drawn >> np.uint64(33))
            angle[lane] = np.int32(drawn & np.uint64(0xFFFFFFFF))
        for lane in range(LANES):
            uniform[lane] = np.float32(exponent[lane]) * _STEP + _HALF_STEP
        # the logarithm of a number in (0, 1]: its exponent, and a polynomial of the rest
        for lane in range(LANES):
            power = np.int32(np.int32(uniform_bits[lane] - _SQRT_HALF_BITS) >> np.int32(23))
            exponent[lane] = power
            mantissa_bits[lane] = np.int32(uniform_bits[lane] - np.int32(power << np.int32(23)))
        for lane in range(LANES):
            m = mantissa[lane] - _ONE
            z = m * m
            p = _L[0]
            p = p * m + _L[1]
            p = p * m + _L[2]
            p = p * m + _L[3]
            p = p * m + _L[4]
            p = p * m + _L[5]
            p = p * m + _L[6]
            p = p * m + _L[7]
            p = p * m + _L[8]
            logarithm = np.float32(exponent[lane]) * _LN2 + (m - _HALF * z + p * m * z)
            uniform[lane] = np.sqrt(_MINUS_TWO * logarithm)
        # the angle: a quarter of a turn, and a rest within an eighth of a turn of it
        for lane in range(LANES):
            quarter = np.int32(np.int32(angle[lane] + _EIGHTH) >> np.int32(30))
            rest = np.float32(np.int32(angle[lane] - np.int32(quarter << np.int32(30)))) * _TURN
            y = rest * rest
            sine = rest + rest * y * (_S[2] + y * (_S[1] + y * _S[0]))
            cosine = _ONE - _HALF * y + y * y * (_C[2] + y * (_C[1] + y * _C[0]))
            odd = np.int32(quarter & np.int32(1)) != 0
            x = sine if odd else cosine
            y = cosine if odd else sine
            radius = uniform[lane]
            turned = np.int32(np.int32(quarter + np.int32(1)) & np.int32(2)) != 0
            first[lane] = radius * (-x if turned else x)
            second[lane] = radius * (-y if np.int32(quarter & np.int32(2)) != 0 else y)


@numba.njit(nogil=True, cache=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _fill_filtered(
    state: NDArray[np.uint64],
    leak: np.float32,
    gain: np.float32,
    units: int,
    noise: NDArray[np.float32],
) -> None:
    """Fill the first ``units`` of ``noise`` (T, B, N) with low-pass filtered normals.

    They are drawn sixteen thousand at a time, which the second-level cache holds.
    """
    white = np.empty((_ROUNDS, 2, LANES), np.float32)
    drawn = white.reshape(-1)
    used = drawn.size
    for step in range(noise.shape[0]):
        for row in range(noise.shape[1]):
            done = 0
            while done < units:
                if used == drawn.size:
                    _fill(state, white)
                    used = 0
                count = min(units - done, drawn.size - used)
                now, fresh = noise[step, row, done : done + count], drawn[used : used + count]
                if step == 0:
                    for unit in range(count):
                        now[unit] = gain * fresh[unit]
                else:
                    before = noise[step - 1, row, done : done + count]
                    for unit in range(count):
                        now[unit] = leak * before[unit] + gain * fresh[unit]
                done += count
                used += count


class NormalStream:
    """The normals of one seed and number; a second stream of both gives the same ones."""

    def __init__(self, sequence: np.random.SeedSequence) -> None:
        self._state = np.empty((4, LANES), np.uint64)
        self._state[:3] = sequence.generate_state(3 * LANES, np.uint64).reshape(3, LANES)
        self._state[3] = 1
        _fill(self._state, np.empty((_WARM_UP, 2, LANES), np.float32))

    def low_passed(self, leak: float, gain: float, noise: NDArray[np.float32], units: int) -> None:
        """Fill ``noise`` with low-pass filtered normals, time after time.

        Parameters
        ----------
        leak, gain : noise_t = leak noise_{t-1} + gain xi_t, from noise_{-1} = 0
        noise : (T, B, at least ``units``) float32, of which the first ``units`` columns are filled
        """
        _fill_filtered(self._state, np.float32(leak), np.float32(gain), units, noise)
