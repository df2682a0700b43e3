"""Recurrent noise for looking at networks; training has a stream and a prefetch of its own.

Source: Goudar et al. (2023), Methods, "RNN model".
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

from l2l_engine.config import RunConfig
from l2l_engine.task import FloatArray


def recurrent_noise(
    generator: np.random.Generator,
    shape: tuple[int, ...],
    config: RunConfig,
    dtype: DTypeLike = np.float32,
) -> FloatArray:
    """Each unit's own low-pass noise, to be added to its net current.

    eta_{-1} = 0;  eta_t = (1 - alpha_noise) eta_{t-1} + sqrt(2 alpha_noise) sigma_rec xi_t with
    xi ~ N(0, 1), from the first step on. Its standard deviation becomes :func:`stationary_deviation`.

    Parameters
    ----------
    shape : (..., steps, N)
        Any number of steps.

    Returns
    -------
    (..., steps, N)
        In ``dtype``: float32 or float64.
    """
    if config.sigma_rec == 0.0:
        return np.zeros(shape, dtype)
    from scipy.signal import lfilter  # slow to import, and the window starts without it

    drawn = generator.standard_normal(shape, dtype)  # type: ignore[arg-type]
    gain = math.sqrt(2.0 * config.alpha_noise) * config.sigma_rec
    coefficients = np.array([1.0, config.alpha_noise - 1.0], dtype)
    # coefficients of the same type keep the filter in it
    noise: FloatArray = lfilter(np.array([gain], dtype), coefficients, drawn, axis=-2)
    return noise


def stationary_deviation(config: RunConfig) -> float:
    """Standard deviation of the noise once it has settled; 0.0577 for the paper's parameters."""
    return config.sigma_rec * math.sqrt(2.0 / (2.0 - config.alpha_noise))
