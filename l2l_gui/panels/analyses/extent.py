"""How many problems an analysis panel shows, a preview or all, and what it says about those left out."""

from __future__ import annotations

from typing import TypeVar

from l2l_engine.analysis import cost
from l2l_gui.panels.problem_groups import Numbers, problems_in_words
from l2l_gui.panels.view import Answer

LOOK, EVERYTHING = "look", "all"
EXTENT = {LOOK: "a first look", EVERYTHING: "all problems"}

T = TypeVar("T")


def shown(answer: Answer[T]) -> T:
    """All problems where they are there, else the first look."""
    return answer.value if answer.more is None else answer.more


def rest(numbers: Numbers, extent: str | None, everything: str, seconds: float) -> str:
    """Which problems are shown, and what all of them would take.

    Parameters
    ----------
    numbers : the problems shown
    extent : what the person wants, ``LOOK`` or ``EVERYTHING``; None where that is no choice
    everything : such as "all" or "all 50"
    seconds : what everything would take
    """
    so_far = " so far" if extent == EVERYTHING else ""
    return f"{problems_in_words(numbers)}{so_far}; {everything} take {cost.words(seconds)}"
