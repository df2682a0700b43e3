"""Two quantities of the same problems, computed in the background: the points of a scatter plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import shape, statistics
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.analysis.record import Analysis
from l2l_engine.analysis.statistics import RankCorrelation
from l2l_engine.config import L2LError
from l2l_gui.panels.analyses.catalogue import Catalogue, Quantity
from l2l_gui.panels.analyses.computing import BACKGROUND, SLOW, analyse, estimate, sources
from l2l_gui.panels.analyses.source import Source
from l2l_gui.panels.problem_groups import Numbers
from l2l_gui.panels.view import View
from l2l_gui.workers.jobs import Computation


class Part(NamedTuple):
    """What one quantity needs: its analysis and sources; None for what sessions hold."""

    quantity: Quantity
    record: Analysis | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Pairs of numbers of one session's problems."""

    name: str
    problems: NDArray[np.intp]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    correlation: RankCorrelation


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """The points of every session, and the correlation of all together."""

    sessions: tuple[Points, ...]
    together: RankCorrelation


def parts_of(catalogue: Catalogue, view: View, *, everything: bool) -> tuple[Part, ...]:
    """Both quantities that a view relates, on the problems that the dearer one allows."""
    parts = []
    for axis in ("x", "y"):
        quantity = catalogue.quantities[view[axis]]
        record = catalogue.records[quantity.analysis] if quantity.analysis else None
        wanted = (
            tuple(Source(learner.session, learner.snapshot.counts, ()) for learner in view.learners)
            if record is None
            else sources(
                record,
                view.learners,
                group=view.selection.group,
                problem=None,
                everything=everything,
            )
        )
        parts.append(Part(quantity, record, wanted))
    return tuple(parts)


def computation(parts: tuple[Part, ...], reduction: str) -> Computation:
    """The points of two quantities; ``reduction`` makes several rows a problem into a number."""
    took = seconds_of(parts)
    return Computation(
        points_of,
        (parts, reduction),
        key=(
            "scatter",
            reduction,
            tuple(
                (part.quantity.name, *(each.key(part.record) for each in part.sources))
                for part in parts
            ),
        ),
        label="Relating numbers of problems",
        reports=True,
        slow=SLOW < took <= BACKGROUND,
        background=took > BACKGROUND,
    )


def points_of(parts: tuple[Part, ...], reduction: str, progress: Progress | None = None) -> Scatter:
    """Both quantities of every session, on the problems that have both."""
    numbers = []
    for place, part in enumerate(parts):
        reporting = share(progress, place / len(parts), (place + 1) / len(parts))
        numbers.append(_by_session(part, reduction, reporting))
    sessions: list[Points] = []
    for place, source in enumerate(parts[0].sources):
        x, y = (each.get(source.session.key, {}) for each in numbers)
        problems = np.array(sorted(x.keys() & y.keys()), np.intp)
        across, up = (np.array([each[n] for n in problems], float) for each in (x, y))
        found = statistics.spearman(across, up)
        name = source.session.name
        if name in [points.name for points in sessions]:
            name = f"{name} ({place + 1})"
        sessions.append(Points(name, problems, across, up, found))
    together = statistics.spearman(
        np.concatenate([points.x for points in sessions]),
        np.concatenate([points.y for points in sessions]),
    )
    return Scatter(tuple(sessions), together)


def _by_session(part: Part, reduction: str, progress: Progress) -> dict[Any, dict[int, float]]:
    """A quantity by problem, by session."""
    found: dict[Any, dict[int, float]] = {}
    if part.record is None:
        for source in part.sources:
            values = _stored(part.quantity.name, source)
            found[source.session.key] = dict(enumerate(values.tolist(), 1))
        return found
    if not part.sources:
        raise L2LError(f"No session has learned what {part.quantity.words} needs.")
    tables = analyse(part.record.name, part.sources, progress=progress).tables
    for source, table in zip(part.sources, tables, strict=True):
        problems, values = shape.by_problem(table, part.quantity.column, reduction)
        found[source.session.key] = dict(zip(problems.tolist(), values.tolist(), strict=True))
    return found


def _stored(name: str, source: Source) -> NDArray[np.float64]:
    """A number that a session holds of each problem."""
    count = len(source.counts)
    if name == "problem":
        return np.arange(1.0, count + 1)
    if name == "trials":
        return np.asarray(source.counts, np.float64)
    column = source.session.reader(count).problem_column(name)
    return np.asarray(column[:count], np.float64)


def seconds_of(parts: tuple[Part, ...]) -> float:
    """What computing them would take, by what the analyses' records say."""
    return sum(estimate(part.record, part.sources) for part in parts if part.record is not None)


def numbers_of(parts: tuple[Part, ...]) -> tuple[Any, ...]:
    """The problems of every source of every part."""
    return tuple(tuple(each.numbers for each in part.sources) for part in parts)


def fewer_of(look: tuple[Part, ...], whole: tuple[Part, ...]) -> Numbers:
    """The problems of the first source of a look that leaves some of the whole out."""
    return next(
        some.numbers
        for part, other in zip(look, whole, strict=True)
        for some, every in zip(part.sources, other.sources, strict=True)
        if some.numbers != every.numbers
    )
