"""How a long analysis reports: a callable that takes the fraction done, and may raise to cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Progress = Callable[[float], None]
"""Called with the fraction done, 0 to 1. An exception it raises ends the analysis and passes through."""

T = TypeVar("T")


def tracked(items: Iterable[T], costs: Iterable[float], progress: Progress | None) -> Iterator[T]:
    """Iterate over ``items``, reporting after each the share of ``costs`` that is done."""
    weights = list(costs)
    total, done = sum(weights), 0.0
    for item, weight in zip(items, weights, strict=True):
        yield item
        done += weight
        if progress is not None:
            progress(done / total)


def share(progress: Progress | None, start: float, stop: float) -> Progress:
    """The progress of a part that runs from the fraction ``start`` of the whole to ``stop``.

    Examples
    --------
    >>> seen = []
    >>> share(seen.append, 0.5, 1.0)(0.5)
    >>> seen
    [0.75]
    """

    def report(fraction: float) -> None:
        if progress is not None:
            progress(start + (stop - start) * fraction)

    return report
