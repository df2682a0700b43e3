"""Trajectories of a group of problems, and the second moments of all: computed in the background.

Both come from trials without noise of the networks saved after each problem. A run longer than
:data:`MOST` problems is looked at in even steps, and whoever shows the result says so.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis import geometry, subspaces
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.subspaces import Parts
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import FoundSubspaces, find_subspaces
from l2l_engine.recipes import sampling
from l2l_engine.recipes.sampling import MOST_PROBLEMS
from l2l_engine.storage.session import Session
from l2l_gui.model.selection import FIRST_GROUP, Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.plotting.trial_axes import thinned
from l2l_gui.workers.jobs import Computation

MOST = MOST_PROBLEMS
"""Problems analysed at once at most."""
spread = sampling.spread
LONG = 60  # problems that take about a second
EIGHTH = 8  # the first look takes every eighth problem
FEWEST = 3  # problems of a first look
_BLOCK = 8

Numbers = tuple[int, ...]


def problems_in_words(numbers: Numbers) -> str:
    """``problems 2–51``, ``every 4th of problems 1–1001``."""
    if not numbers:
        return "no problems"
    if len(numbers) == 1:
        return f"problem {numbers[0]}"
    step = numbers[1] - numbers[0]
    skip = "" if step == 1 else f"every {step}{ordinal(step)} of "
    return f"{skip}problems {numbers[0]}–{numbers[-1]}"


def ordinal(number: int) -> str:
    """The ending of an ordinal number."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


saved = sampling.saved


# -- trajectories ----------------------------------------------------------------------


class Basis(enum.Enum):
    """Which subspaces trajectories are looked at in; the value is for menus and notes."""

    OWN = "of the group itself"
    FIRST = "of problems 2–51"
    TRAINING = "as training finds them: problems 1–50, with noise"

    @property
    def words(self) -> str:
        """The value, as a menu begins it."""
        return self.value[0].upper() + self.value[1:]


@dataclass(frozen=True, slots=True, eq=False)
class GroupTrajectories:
    """A group of K problems in its subspaces at T times.

    ``coordinates`` and ``currents`` as :class:`l2l_engine.analysis.subspaces.Representations` has them, float32.
    """

    session: str
    config: RunConfig
    wanted: Numbers  # the problems asked for
    numbers: Numbers  # those with a saved network, (K,)
    basis: Basis
    times: NDArray[np.float64]  # (T,) ms
    subspaces: FoundSubspaces
    coordinates: Parts
    currents: Parts

    @property
    def label(self) -> str:
        """What is shown, in a few words."""
        gaps = len(self.wanted) - len(self.numbers)
        missing = f", {gaps} not saved" if gaps else ""
        return f"{problems_in_words(self.wanted)}{missing}"

    def row(self, problem: int | None) -> int | None:
        """Place of a problem in the group; None when it is not there."""
        return self.numbers.index(problem) if problem in self.numbers else None

    def part(self, name: str) -> NDArray[np.float32]:
        """The coordinates of a part, such as "mean_decision"."""
        found: NDArray[np.float32] = getattr(self.coordinates, name)
        return found

    def step(self, ms: float) -> int:
        """Place in ``times`` that is nearest."""
        return int(np.abs(self.times - ms).argmin())


def trajectories(session: OpenSession, group: Group, basis: Basis = Basis.OWN) -> Computation:
    """The computation of a group's :class:`GroupTrajectories`."""
    wanted = spread(group.problems)
    first = FIRST_GROUP.within(session.problems)
    reference = {
        Basis.OWN: None,
        Basis.FIRST: first,
        Basis.TRAINING: Group(1, session.config.baseline_problems).within(session.problems),
    }[basis]
    return Computation(
        group_trajectories,
        (session, wanted, basis, reference),
        key=("trajectories", session.key, wanted, basis, reference),
        label="Finding subspaces",
        reports=True,
        refines=True,
        slow=len(wanted) > LONG,
    )


def group_trajectories(
    session: OpenSession,
    wanted: Numbers,
    basis: Basis,
    reference: Group | None,
    progress: Progress | None = None,
    coarse: Callable[[GroupTrajectories], None] | None = None,
) -> GroupTrajectories:
    """Simulate a group and take its trajectories apart; raises L2LError.

    A large group is first looked at in an eighth of its problems, for ``coarse``.
    """
    reader = session.reader(max(wanted))
    few = wanted[::EIGHTH]
    if coarse is not None and reference is None and len(few) >= FEWEST and saved(reader, few):
        coarse(group_trajectories(session, few, basis, None))
    numbers = saved(reader, wanted)
    found = None if reference is None else _reference(reader, basis, reference)
    places = np.array(numbers, int) - 1
    whole = subspaces.representations(
        reader.weights(places),
        reader.stimuli[places],
        reader.config,
        subspaces=found,
        progress=progress,
    )
    steps, times = thinned(reader.config)
    return GroupTrajectories(
        session=session.name,
        config=reader.config,
        wanted=wanted,
        numbers=numbers,
        basis=basis,
        times=times,
        subspaces=whole.subspaces,
        coordinates=_thin(whole.coordinates, steps),
        currents=_thin(whole.currents, steps),
    )


def _reference(reader: Session, basis: Basis, group: Group) -> FoundSubspaces:
    places = np.array(saved(reader, tuple(group.problems)), int) - 1
    weights, stimuli = reader.weights(places), reader.stimuli[places]
    if basis is Basis.FIRST:
        return subspaces.representations(weights, stimuli, reader.config).subspaces
    from l2l_engine.training.readout_perturbation import (
        noisy_states,  # the very trials of a perturbation run
    )

    states = [
        noisy_states(weights[row], stimuli[row], int(place), reader.config)
        for row, place in enumerate(places)
    ]
    if not states:
        raise L2LError("Training has no subspaces before the first problem is learned.")
    return find_subspaces(np.stack(states))


def _thin(parts: Parts, steps: slice) -> Parts:
    thin: Any = [
        np.ascontiguousarray(getattr(parts, name)[..., steps, :], np.float32)
        for name in Parts.__slots__
    ]
    return Parts(*thin)


# -- all problems ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Second moments of the states of problems spread over a run, about zero."""

    config: RunConfig
    wanted: Numbers
    numbers: Numbers  # (P,)
    matrices: NDArray[np.float32]  # (P, N, N), mean over stimuli and time, squared a.u.

    @property
    def left_out(self) -> str:
        """Words for a label when not every problem is shown, else nothing."""
        thinned_out = len(self.wanted) > 1 and self.wanted[1] - self.wanted[0] > 1
        gaps = len(self.wanted) - len(self.numbers)
        words = f"; {problems_in_words(self.wanted)}" if thinned_out else ""
        return f"{words}, {gaps} not saved" if gaps else words


_LATEST: WeakKeyDictionary[OpenSession, Moments] = WeakKeyDictionary()
"""The last moments of each session: as a run grows, only what is new is simulated."""


def moments(session: OpenSession, problems: int) -> Computation:
    """The computation of the :class:`Moments` of a run of so many problems."""
    wanted = spread(range(1, problems + 1))
    known = _LATEST.get(session)
    fresh = len(set(wanted) - set(known.numbers if known else ()))
    return Computation(
        all_moments,
        (session, wanted),
        key=("moments", session.key, wanted),
        label=f"Simulating {problems_in_words(wanted)}",
        reports=True,
        slow=fresh > LONG,
    )


def all_moments(session: OpenSession, wanted: Numbers, progress: Progress | None = None) -> Moments:
    """Simulate problems and keep their second moments."""
    reader, known = session.reader(max(wanted)), _LATEST.get(session)
    numbers, config = saved(reader, wanted), reader.config
    matrices = np.empty((len(numbers), config.units, config.units), np.float32)
    row_of = {number: row for row, number in enumerate(known.numbers)} if known else {}
    missing = [row for row, number in enumerate(numbers) if number not in row_of]
    for row, number in enumerate(numbers):
        if known is not None and number in row_of:
            matrices[row] = known.matrices[row_of[number]]
    blocks = [missing[start : start + _BLOCK] for start in range(0, len(missing), _BLOCK)]
    stimuli = reader.stimuli
    for block in tracked(blocks, map(len, blocks), progress):
        places = np.array([numbers[row] - 1 for row in block])
        weights = reader.weights(places).astype(np.float64)
        states = np.ascontiguousarray(network.simulate(weights, stimuli[places], config))
        matrices[block] = geometry.covariances(states, centred=False)
    _LATEST[session] = Moments(config, wanted, numbers, matrices)
    return _LATEST[session]
