"""Any analysis of any open sessions in the background: first a preview of some problems, then all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import cost, registry, running
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.analysis.record import Analysis, Takes
from l2l_engine.config import L2LError
from l2l_gui.model.selection import Group
from l2l_gui.panels.analyses.extent import rest
from l2l_gui.panels.analyses.source import Source, data_of, names_of
from l2l_gui.panels.problem_groups import Numbers, problems_in_words, spread
from l2l_gui.panels.view import Learner, View
from l2l_gui.workers.jobs import Computation
from l2l_gui.workers.results import results

FIRST_LOOK = 3.0
"""Seconds that a first look should take, by what records say of their cost."""
LEAST = 5
"""Problems a first look has at least."""
SLOW, BACKGROUND = 1.0, 30.0
"""Seconds from which a computation has a queue of its own."""

Table = dict[str, NDArray[Any]]
Settings = tuple[tuple[str, Any], ...]
"""Parameters of an analysis that are not as they come, by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The tables of an analysis, one a session; ``numbers`` are the problems it was run on."""

    names: tuple[str, ...]
    tables: tuple[Table, ...]
    numbers: tuple[Numbers, ...]

    @property
    def words(self) -> str:
        """Which problems, for a header."""
        return problems_in_words(max(self.numbers, key=len, default=()))


def sources(
    record: Analysis,
    learners: Sequence[Learner],
    *,
    group: Group,
    problem: int | None,
    everything: bool,
) -> tuple[Source, ...]:
    """The problems of each session that an analysis is to be run on.

    Parameters
    ----------
    record : Analysis
    learners : sequence of Learner
    group : Group
        For analyses of a group.
    problem : int or None
        For analyses of one network: the problem selected, or None for every problem.
    everything : bool
        All problems, whatever it takes; else as many as a first look allows.
    """
    found = []
    for learner in learners:
        counts = learner.snapshot.counts
        numbers = _candidates(record, len(counts), group, problem)
        if not everything and len(numbers) > LEAST and record.takes is not Takes.COUNTS:
            numbers = _first_look(record, numbers, len(learners))
        if numbers:
            found.append(Source(learner.session, counts, numbers))
    return tuple(found)


def _candidates(record: Analysis, problems: int, group: Group, problem: int | None) -> Numbers:
    if record.takes is Takes.GROUP:
        return tuple(group.within(problems).problems)
    if record.takes is Takes.NETWORK and problem is not None:
        return (problem,) if problem <= problems else ()
    first = 2 if record.takes in (Takes.PAIRS, Takes.COUNTS) else 1
    return tuple(range(first, problems + 1))


def _first_look(record: Analysis, numbers: Numbers, sessions: int) -> Numbers:
    allowed = FIRST_LOOK / sessions
    most = len(numbers)
    while most > LEAST and (cost.seconds(record, most) or 0.0) > allowed:
        most = max(LEAST, most * 3 // 4)
    if record.takes in (Takes.GROUP, Takes.RUNS):  # consecutive problems mean something there
        return numbers[:most]
    return spread(range(numbers[0], numbers[-1] + 1), most)


def estimate(record: Analysis, wanted: Sequence[Source]) -> float:
    """The estimated duration in seconds."""
    return sum(cost.seconds(record, len(source.numbers)) or 0.0 for source in wanted)


def computation(
    record: Analysis, wanted: tuple[Source, ...], settings: Settings = ()
) -> Computation:
    """The computation of the :class:`Found` of these sources; ``settings`` are the analysis' own."""
    took = estimate(record, wanted)
    return Computation(
        analyse,
        (record.name, wanted, settings),
        key=("analysis", record.name, settings, tuple(source.key(record) for source in wanted)),
        label=record.title,
        reports=True,
        slow=SLOW < took <= BACKGROUND,
        background=took > BACKGROUND,
    )


def analyse(
    name: str,
    wanted: tuple[Source, ...],
    settings: Settings = (),
    progress: Progress | None = None,
) -> Found:
    """Run an analysis on these sources; raises L2LError."""
    record = registry.find(name)
    names = names_of([source.session for source in wanted])
    numbers = tuple(source.numbers for source in wanted)
    if record.takes is Takes.RUNS:
        runs = [data_of(source, name) for source, name in zip(wanted, names, strict=True)]
        return Found(
            ("",), (running.run(record, runs, progress=progress, **dict(settings)),), numbers
        )
    tables = []
    for place, source in enumerate(wanted):
        part = share(progress, place / len(wanted), (place + 1) / len(wanted))
        tables.append(_table(record, source, settings, part))
    return Found(names, tuple(tables), numbers)


def _table(record: Analysis, source: Source, settings: Settings, progress: Progress) -> Table:
    """One session's table; problems analysed one by one are kept, and not computed again."""
    if record.takes is Takes.COUNTS:
        return running.run(record, data_of(source, ""), **dict(settings))
    if record.takes is Takes.GROUP:
        return running.run(record, data_of(source, ""), source.numbers, progress, **dict(settings))
    tables = []
    for done, number in enumerate(source.numbers):
        one = source._replace(numbers=(number,))
        part = share(progress, done / len(source.numbers), (done + 1) / len(source.numbers))
        key = ("analysis of a problem", record.name, settings, source.session.key, number)
        table = results.computed(
            key,
            lambda one=one, part=part: _of_one(record, one, settings, part),  # type: ignore[misc]
        )
        part(1.0)
        if table:
            tables.append(table)
    if not tables:
        raise L2LError(
            f"{source.session.name} holds no network that this needs: select other problems."
        )
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _of_one(record: Analysis, one: Source, settings: Settings, progress: Progress) -> Table:
    """One problem's table; empty where its network was not saved."""
    pairs = record.takes is Takes.PAIRS
    data = data_of(one, "", before=pairs)
    rows = np.array(one.numbers) - 1
    needed = np.concatenate([rows, running.predecessors(data, rows)]) if pairs else rows
    if not data.available[needed].all():
        return {}
    return running.run(record, data, one.numbers, progress, **dict(settings))


def left_out(
    record: Analysis, found: Found, everything: tuple[Source, ...], view: View
) -> list[str]:
    """What a legend says where not all problems are shown: which are, and what all would take."""
    if tuple(source.numbers for source in everything) == found.numbers:
        return []
    count = max(len(source.numbers) for source in everything)
    fewer = next(
        numbers
        for numbers, source in zip(found.numbers, everything, strict=True)
        if numbers != source.numbers
    )
    takes = estimate(record, everything)
    return [rest(fewer, view.options.get("extent"), f"all {count}", takes)]
