"""Rows of vector-field change remembered on disk, so that a long run is analysed once.

They are kept in the user's cache folder, a group of problems an entry, with a digest of the
networks they rest on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.change_table import COLUMNS
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.results import Arrays, ResultKey, Results, RunSummary
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.learned import predecessor

log = logging.getLogger(__name__)

GROUP = 50  # problems of an entry
FIRST = 2
"""The first problem that has one before it."""

Row = NDArray[np.float64]
Rows = dict[int, Row]
"""Row of the table, (9,), by problem; NaN where a network was not saved."""


def remembered(session: OpenSession, problems: int) -> Rows:
    """The rows kept of the first ``problems`` problems, as far as they still hold."""
    rows: Rows = {}
    if problems <= GROUP or not _consecutive(session, problems):
        return rows
    kept, summary = Results.in_cache(session.path), RunSummary.of(session.reader(problems))
    for first, networks in _groups(problems):
        found = kept.get(_key(first), summary.digest(networks))
        table = None if found is None else found.get("table")
        if table is not None and table.shape == (GROUP, len(COLUMNS)) and table.dtype == np.float64:
            rows |= dict(zip(range(first + 1, first + 1 + GROUP), table, strict=True))
    return rows


def remember(session: OpenSession, rows: Rows, problems: int) -> None:
    """Keep the rows of all whole groups in the user's cache; where that fails the log says so."""
    if problems <= GROUP or not _consecutive(session, problems):
        return
    try:
        summary = RunSummary.of(session.reader(problems))
        entries: dict[tuple[ResultKey, str], Arrays] = {}
        for first, networks in _groups(problems):
            table = [rows[number] for number in range(first + 1, first + 1 + GROUP)]
            entries[_key(first), summary.digest(networks)] = {"table": np.stack(table)}
        Results.in_cache(session.path).put(summary, entries)
    except (SessionError, OSError) as error:
        log.info("The vector-field change of %s was not kept: %s", session.path, error)


def _groups(problems: int) -> Iterator[tuple[int, range]]:
    """Each whole group's first problem, from 1, and the places of its networks, one more than it has."""
    for first in range(1, problems - GROUP + 1, GROUP):
        yield first, range(first - 1, first + GROUP)


def _key(first: int) -> ResultKey:
    return ResultKey.of("change_sizes", 1, first=first + 1, size=GROUP)


def _consecutive(session: OpenSession, problems: int) -> bool:
    """Whether every problem began with the network of the one before it."""
    return all(predecessor(session, number) == number - 1 for number in range(FIRST, problems + 1))
