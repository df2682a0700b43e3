"""What of a run is shown: which steps of a trial, which problems, means over windows of trials."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.storage.session import Session
from l2l_engine.training.course import Course

CURVE_POINTS = 500
"""A curve over the trial has no more points than this; a plot is rarely wider."""
LINE_POINTS = 200
"""A trajectory in three dimensions has no more."""
MOST_PROBLEMS = 256
"""Problems looked at together at most."""


def steps_drawn(config: RunConfig) -> tuple[slice, NDArray[np.float64]]:
    """Which steps of a trial are drawn, and their times in ms."""
    stride = max(1, -(-config.steps // CURVE_POINTS))
    steps = slice(stride - 1, None, stride)
    return steps, task.times(config)[steps]


def evenly(count: int, most: int = LINE_POINTS) -> NDArray[np.intp]:
    """At most ``most`` evenly spread places of ``count``, the first and last among them."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.intp))


def spread(numbers: range, most: int = MOST_PROBLEMS) -> tuple[int, ...]:
    """Every 2nd, 4th, 8th … of ``numbers``, so that no more than ``most`` are left.

    As a run grows, problems once chosen are thinned out but never exchanged for others.
    """
    step = 1
    while len(numbers[::step]) > most:
        step *= 2
    return tuple(numbers[::step])


def running_mean(values: NDArray[np.floating], window: int) -> NDArray[np.float64]:
    """Mean over the last ``window`` values up to each, (n,); over fewer at first."""
    sums = np.cumsum(np.concatenate([[0.0], values]), dtype=np.float64)
    stop = np.arange(1, len(sums))
    start = np.maximum(stop - window, 0)
    return (sums[stop] - sums[start]) / (stop - start)


def accuracies(
    correct: NDArray[Any], problem: NDArray[Any], problems: int, window: int
) -> NDArray[np.float64]:
    """Mean of ``correct`` over the last ``window`` trials of each problem; NaN without trials."""
    result = np.full(problems, np.nan)
    ends = np.searchsorted(problem, np.arange(problems), side="right")
    starts = np.searchsorted(problem, np.arange(problems), side="left")
    sums = np.concatenate([[0.0], np.cumsum(correct, dtype=np.float64)])
    starts = np.maximum(starts, ends - window)
    known = ends > starts
    result[known] = (sums[ends] - sums[starts])[known] / (ends - starts)[known]
    return result


def saved(session: Session, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Those of ``numbers``, from 1, whose network was saved."""
    available = session.available
    return tuple(number for number in numbers if available[number - 1])


class Follows(Protocol):
    """What says from which network each problem of a run starts."""

    config: RunConfig

    @property
    def course(self) -> Course | None:
        """Its protocol, if it follows one."""


def predecessor(session: Follows, number: int) -> int:
    """The problem whose network problem ``number`` (from 1) started from; 0: the untrained one.

    After the baseline of a perturbation run, every problem starts again from problem 1; in a protocol,
    as its stages say.
    """
    config, course = session.config, session.course
    if course is not None:
        return course.start(number - 1) + 1
    if config.run_type.perturbs and number > config.baseline_problems:
        return 1
    return number - 1
