"""The slow points of several networks of a run, and which continues which."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.fixed_points import Points, fixed_points
from l2l_engine.analysis.point_tracks import tracks
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.config import L2LError
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.columns import Column
from l2l_gui.panels.learned import group_words, subspaces_of

NETWORKS = 12
"""Networks of the group that are searched, evenly spaced."""
SEARCHES = 4
EPOCHS = {
    "delay": "delay",
    "response": "response",
    "sample, stimulus 0": "sample, stimulus 0",
    "sample, stimulus 1": "sample, stimulus 1",
}
LEADING = 8
"""Eigenvalues drawn of each point, those with the largest real part."""

Known = dict[int, list[Points]]
"""Points of every epoch, by problem."""
_KNOWN: WeakKeyDictionary[OpenSession, Known] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Points of the networks after some problems, seen in the group's decision subspace."""

    group: Group
    numbers: list[int]
    points: list[list[Points]]  # by problem, then by epoch
    decision: NDArray[np.float64]  # (N, 2)

    def drawn(self, epoch: str) -> Drawn:
        """What is drawn of an epoch."""
        return _collect(self, epoch)

    def of(self, epoch: str) -> list[tuple[int, Points]]:
        """The points of an epoch with their problems, where the trial has it."""
        return [
            (number, points)
            for number, epochs in zip(self.numbers, self.points, strict=True)
            for points in epochs
            if points.name == epoch
        ]


def searched(group: Group) -> list[int]:
    """The problems of a group whose networks are searched."""
    chosen = np.linspace(0, group.size - 1, min(NETWORKS, group.size)).round().astype(int)
    return [group.start + int(place) for place in chosen]


def course_of(session: OpenSession, group: Group, progress: Progress | None = None) -> Course:
    """Search the networks of a group; half a second each.

    What was found before in a session is not searched again.
    """
    known = _KNOWN.setdefault(session, {})
    numbers = [number for number in searched(group) if session.network(number).is_finite()]
    if not numbers:
        raise L2LError(f"{session.path.name} holds no network of {group_words(group)}.")
    missing = [number for number in numbers if number not in known]
    for done, number in enumerate(missing):
        known[number] = fixed_points(
            session.network(number),
            session.stimuli(number),
            session.config,
            starts=SEARCHES,
            progress=share(progress, done / len(missing), (done + 1) / len(missing)),
        )
    decision = subspaces_of(session, group).decision[:, :2]
    return Course(group, numbers, [known[number] for number in numbers], decision)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The n points of one epoch, in order of problems."""

    problem: NDArray[np.intp]  # (n,)
    places: NDArray[np.float64]  # (n, 2)
    source: list[tuple[Points, int]]
    links: NDArray[np.intp]  # (m, 2) which continues which

    def of_each(self, name: str) -> NDArray[Any]:
        """A quantity of every point, (n,)."""
        return np.array([getattr(points, name)[index] for points, index in self.source])

    def leading(self, name: str) -> list[NDArray[Any]]:
        """The first few eigenvalues, or time constants, of every point."""
        return [getattr(points, name)[index, :LEADING] for points, index in self.source]

    @property
    def columns(self) -> tuple[Column, ...]:
        """One row a point."""
        values = np.array(self.leading("eigenvalues")).reshape(len(self.source), -1)
        return (
            Column("problem", self.problem, words="Problem {}"),
            Column("decision 1", self.places[:, 0], "a.u."),
            Column("decision 2", self.places[:, 1], "a.u."),
            Column("speed", self.of_each("speed"), "a.u./s"),
            Column("relative speed", self.of_each("relative_speed")),
            Column("unstable dimensions", self.of_each("unstable_dimensions")),
            Column("eigenvalue real", values.real, "1/s"),
            Column("eigenvalue imaginary", values.imag, "1/s"),
        )


def _collect(course: Course, epoch: str) -> Drawn:
    found = course.of(epoch)
    offsets = np.concatenate([[0], np.cumsum([len(points) for _, points in found])]).astype(int)
    links = []
    for line in tracks([points for _, points in found], _usual_distance(found)):
        at = [int(offsets[column] + index) for column, index in enumerate(line) if index >= 0]
        links += list(itertools.pairwise(at))
    places = [points.states @ course.decision for _, points in found]
    return Drawn(
        problem=np.array([number for number, points in found for _ in range(len(points))], int),
        places=np.concatenate(places) if places else np.empty((0, 2)),
        source=[(points, index) for _, points in found for index in range(len(points))],
        links=np.array(links, int).reshape(-1, 2),
    )


def _usual_distance(found: list[tuple[int, Points]]) -> float:
    """The distance beyond which no point continues another: twice the median distance from the centre."""
    states = np.concatenate([points.states for _, points in found] or [np.empty((0, 1))])
    if not len(states):
        return np.inf
    return 2.0 * float(np.median(np.linalg.norm(states - np.median(states, axis=0), axis=1)))
