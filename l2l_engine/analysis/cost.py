"""Estimates of how long an analysis takes, from the cost in its record."""

from __future__ import annotations

import re

from l2l_engine.analysis.record import Analysis

_UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_PART = re.compile(r"(?:[\d.]+-)?([\d.]+) (µs|ms|s|min) (a|for|without)(?: ([\d.]+))? (\w+)")
_SQUARE = "square of their number"


def seconds(record: Analysis, problems: int = 1, runs: int = 1) -> float | None:
    """Estimated seconds that an analysis takes on one core, at the paper's size.

    Parameters
    ----------
    record : Analysis
        Its ``cost`` is such as "35 ms a problem", "10 ms a problem and 8 µs a pair", "0.4 s for 50
        problems" or "none"; of a range the larger number counts.
    problems, runs : int
        How many it is given.

    Returns
    -------
    float or None
        None where the cost is written in other words.

    Examples
    --------
    >>> from l2l_engine.analysis import registry
    >>> seconds(registry.find("gradient-alignment"), problems=100)
    30.0
    """
    if record.cost == "none":
        return 0.0
    total, known = 0.0, False
    for number, unit, _, count, what in _PART.findall(record.cost):
        one = float(number) * _UNITS[unit] / float(count or 1)
        if what.startswith("pair"):
            total += one * problems * problems / 2
        elif what.startswith("run"):
            total += one * runs
        elif _SQUARE in record.cost:
            total += one * float(count or 1) * (problems / float(count or 1)) ** 2
        else:
            total += one * problems
        known = True
    return total if known else None


def words(took: float) -> str:
    """A time in words: "under a second", "about 40 s", "about 3 min", "about 2 h".

    Examples
    --------
    >>> words(0.2), words(38.0), words(200), words(7000)
    ('under a second', 'about 40 s', 'about 3 min', 'about 2 h')
    """
    if took < 1:
        return "under a second"
    if took < 90:
        return f"about {round(took) if took < 10 else round(took, -1):.0f} s"
    if took < 5400:
        return f"about {took / 60:.0f} min"
    return f"about {took / 3600:.0f} h"
