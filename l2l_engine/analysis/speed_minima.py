"""The search for minima of q = 1/2 |s - F(s)|^2 of a dynamics with constant input.

Each step is Newton's, with a damping of its own for each search, where the damped Hessian of q is
positive definite, and otherwise Gauss-Newton's, which leaves out the second derivative of phi.

References
----------
Sussillo & Barak, Neural Comput. 25, 626-649 (2013).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from l2l_engine import network
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import Activation
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
ROUNDING = 1e-13  # of q, relative
RAISED = 4.0  # factor on the damping after a first refusal
FIXED_Q = 1e-18  # below it a point is fixed: |s - F(s)| is then about 1e-9 rate units


def minimise_q(
    recurrent: FloatArray,
    current: FloatArray,
    activation: Activation,
    starts: FloatArray,
    progress: Progress | None = None,
    *,
    iterations: int = 200,
) -> tuple[Float64Array, Float64Array, NDArray[np.bool_]]:
    """Damped Newton steps from all starting states at once, each with its own damping.

    Parameters
    ----------
    recurrent : (N, N)
    current : (N,)
        x W_in + b.
    activation : Activation
    starts : (M, N)
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.
    iterations : int
        Most steps of a search. Of 19,392 on the shipped networks all end, and 26 take more than 40.

    Returns
    -------
    states (M, N), q (M,), is_minimum (M,)
        ``is_minimum`` where q is 0 or its gradient vanishes.
    """
    states = np.array(starts, np.float64)
    residual, net = residual_of(recurrent, current, activation, states)
    q = 0.5 * np.square(residual).sum(axis=1)
    damping, raised = np.full(len(states), 1e-2), np.full(len(states), RAISED)
    is_minimum = np.zeros(len(states), bool)
    searching = np.arange(len(states))
    for iteration in range(iterations):
        slope = network.activation_slope(net, activation)
        gradient = residual - (residual * slope) @ recurrent.T
        # q is 0, or the slope is tiny beside what the residual could give
        size = np.linalg.norm(residual, axis=1)
        steepness = np.linalg.norm(gradient, axis=1)
        flat = (q[searching] < 1e-24) | (steepness < 1e-7 * size)
        is_minimum[searching[flat]] = True
        going = ~flat & (damping[searching] < 1e12)
        # so near that a step changes q by less than rounding: Newton's is then taken as it is
        slack = np.where(steepness < 1e-5 * size, 1 + ROUNDING, 1.0)[going]
        searching, residual, net = searching[going], residual[going], net[going]
        if not len(searching):
            break
        bend = residual * network.activation_curvature(net, activation)
        tried = states[searching]
        solved = np.ones(len(searching), bool)
        for row, (search, step) in enumerate(zip(searching, gradient[going], strict=True)):
            found = _step(recurrent, slope[going][row], bend[row], step, damping[search])
            solved[row] = found is not None
            if found is not None:
                tried[row] -= found
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far is not better
            new_residual, new_net = residual_of(recurrent, current, activation, tried)
            new_q = 0.5 * np.square(new_residual).sum(axis=1)
        better = solved & (new_q < q[searching] * slack)
        accepted = searching[better]
        states[accepted], q[accepted] = tried[better], new_q[better]
        residual[better], net[better] = new_residual[better], new_net[better]
        changed = damping[searching] * np.where(better, 0.1, raised[searching])
        damping[searching] = np.maximum(changed, 1e-14)
        # refused again and again, as where a basin ends: faster each time
        raised[searching] = np.where(better, RAISED, raised[searching] * RAISED)
        if progress is not None:
            progress(max(iteration / iterations, 1 - len(searching) / len(states)))
    if progress is not None:
        progress(1.0)
    return states, q, is_minimum | (q < FIXED_Q)


def _step(
    recurrent: FloatArray,
    slope: Float64Array,
    bend: Float64Array,
    gradient: Float64Array,
    damping: float,
) -> Float64Array | None:
    """Newton's step (N,), or Gauss-Newton's where the damped Hessian has a direction downwards.

    With J = I - W diag(slope) the derivative of s - F(s), the Hessian of q is
    J J' - W diag(bend) W'. None where rounding makes both indefinite: the damping is too small.
    """
    jacobian = np.eye(len(slope)) - recurrent * slope
    normal = jacobian @ jacobian.T
    normal.flat[:: len(slope) + 1] += damping
    bent = normal - (recurrent * bend) @ recurrent.T
    for hessian in (bent, normal):
        _, step, failed = lapack.dposv(hessian, gradient)
        if not failed:
            return step
    return None


def residual_of(
    recurrent: FloatArray, current: FloatArray, activation: Activation, states: FloatArray
) -> tuple[Float64Array, Float64Array]:
    """S - F(s) and the net currents, each (M, N)."""
    net = states @ recurrent + current
    return states - network.activate(net, activation), net
