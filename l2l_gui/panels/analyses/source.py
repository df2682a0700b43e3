"""What an analysis is run on: a session as it stood, the problems, and the networks read of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.record import Analysis, Takes
from l2l_engine.analysis.running import RunData
from l2l_engine.network import NetworkWeights
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.learned import predecessor
from l2l_gui.panels.problem_groups import Numbers


class Source(NamedTuple):
    """A session with what it had learned, and the problems to analyse."""

    session: OpenSession
    counts: NDArray[np.float64]
    numbers: Numbers

    def key(self, record: Analysis | None) -> Hashable:
        """What identifies it among results; a run that grows changes only what is of the whole run."""
        whole = record is None or record.takes in (Takes.COUNTS, Takes.RUNS)
        return self.session.key, len(self.counts) if whole else 0, self.numbers


def data_of(source: Source, name: str, *, before: bool = False) -> RunData:
    """What analyses take of a session; only the networks needed are read, the others are NaN."""
    reader = source.session.reader(len(source.counts))
    rows = {number - 1 for number in source.numbers}
    if before:
        rows |= {0, *(max(predecessor(source.session, row + 1) - 1, 0) for row in rows)}
    places = np.array(sorted(rows), np.intp)
    read = reader.weights(places)
    count = len(source.counts)

    def spread_out(part: NDArray[Any]) -> NDArray[Any]:
        whole = np.full((count, *part.shape[1:]), np.nan, part.dtype)
        whole[places] = part
        return whole

    arrays = {key: spread_out(part) for key, part in read.arrays().items()}
    return RunData(
        name or source.session.name,
        source.session.config,
        np.asarray(source.counts, np.float64),
        NetworkWeights(**arrays),
        np.asarray(reader.stimuli[:count]),
        reader.started_from,
        reader.changed_configs,
    )


def names_of(sessions: Sequence[OpenSession]) -> tuple[str, ...]:
    """A name for each session, with its place where two have the same."""
    found: list[str] = []
    for place, session in enumerate(sessions, 1):
        found.append(f"{session.name} ({place})" if session.name in found else session.name)
    return tuple(found)
