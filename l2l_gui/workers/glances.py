"""Reading many sessions to compare with, in one job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.config import L2LError
from l2l_gui.model.sessions import OpenSession


@dataclass(frozen=True)
class Glances:
    """The sessions that could be read, and what is wrong with the others."""

    sessions: tuple[OpenSession, ...]
    refused: tuple[L2LError, ...]


def glances(paths: tuple[Path, ...], *, progress: Progress | None = None) -> Glances:
    """Read sessions as :meth:`OpenSession.at_a_glance` does.

    Parameters
    ----------
    paths : tuple of Path
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the reading.
    """
    found: list[OpenSession] = []
    refused: list[L2LError] = []
    try:
        for path in tracked(paths, [1.0] * len(paths), progress):
            try:
                found.append(OpenSession.at_a_glance(path))
            except L2LError as error:
                refused.append(error)
    except BaseException:
        for session in found:
            session.close()
        raise
    return Glances(tuple(found), tuple(refused))
