"""What is measured of a study: its tables, from the sessions of its networks.

Each function takes the finished members of a study, condition after condition, and gives its tables by
name. A table's columns are declared beside it, as those of an analysis are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import registry, revisit
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column
from l2l_engine.analysis.running import PROBLEM
from l2l_engine.analysis.transfer import performance
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.session import Session
from l2l_engine.studies.sessions import Member

SEED = Column("", "seed of the network")
TRIALS = Column("trials", "trials to criterion; NaN where the problem was not learned")
WARM_UP = Column("", "new problems learned before the first set")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A table with what its columns mean."""

    title: str
    table: Mapping[str, NDArray[Any]]
    about: Mapping[str, Column]

    @classmethod
    def of(
        cls, title: str, about: Mapping[str, Column], rows: Sequence[tuple[Any, ...]]
    ) -> Measured:
        """From rows in the order of the columns."""
        columns = zip(*rows, strict=True)
        return cls(title, dict(zip(about, map(np.array, columns), strict=True)), about)


Tables = dict[str, Measured]


def revisit_tables(members: Sequence[Member], progress: Progress | None = None) -> Tables:
    """Trials and similarity of every stage of every set; each network's subspace angles.

    Similarity is along the first principal component of the decision subspace, as Tian et al. (2026) have
    it, and in columns of its own along the second.
    """
    names = ("set", "stage", "problem", "trials", "similarity_0", "similarity_1")
    problems, networks = [], []
    for member, session in _opened(members, progress):
        data, place = session.run_data(), (member.condition.after, member.parent.seed)
        first, second = (revisit.revisit([data], component=k) for k in (1, 2))
        columns = [np.asarray(first[name]).tolist() for name in names]
        columns += [np.asarray(second[name]).tolist() for name in names[-2:]]
        problems += [(*place, *row) for row in zip(*columns, strict=True)]
        angles = revisit.angles_of_run(data, revisit.saved_sets(data))
        networks.append((*place, *angles.tolist()))
    about = registry.find("revisit").columns
    network = {"warm_up": WARM_UP, "seed": SEED}
    along = {
        f"second_{k}": Column("", f"the same along the second principal component, response {k}")
        for k in (0, 1)
    }
    angle = {
        f"angle_{k}_rad": Column("rad", f"principal angle {k} of decision and stimulus subspace")
        for k in range(1, 5)
    }
    return {
        "revisit_problems": Measured.of(
            "revisit and reverse, every problem",
            network | {name: about[name] for name in names} | along,
            problems,
        ),
        "revisit_networks": Measured.of(
            "revisit and reverse, subspaces of each network", network | angle, networks
        ),
    }


def reversal_tables(members: Sequence[Member], progress: Progress | None = None) -> Tables:
    """Trials of a problem and of each of its reversals."""
    rows = []
    for member, session in _opened(members, progress):
        after, trials = member.condition.after, session.trials_to_criterion
        rows += [(member.parent.seed, k, count) for k, count in enumerate(trials[after:].tolist())]
    about = {"seed": SEED, "reversal": Column("", "0 is the new problem"), "trials": TRIALS}
    return {"serial_reversal": Measured.of("serial reversal", about, rows)}


def overlap_tables(members: Sequence[Member], progress: Progress | None = None) -> Tables:
    """Trials of both problems of each pair, by the overlap of their stimuli."""
    rows = []
    for member, session in _opened(members, progress):
        after, trials = member.condition.after, session.trials_to_criterion
        plans, origins = member.condition.protocol().plans(), session.origins
        for place in range(after, len(trials) - 1, 2):
            obtained = origins[place + 1].overlaps
            mean = float("nan") if obtained is None else float(np.mean(obtained))
            asked = float(getattr(plans[place + 1 - after].problem, "overlap"))  # noqa: B009
            rows.append((member.parent.seed, asked, mean, trials[place], trials[place + 1]))
    about = {
        "seed": SEED,
        "overlap": Column("", "cosine asked for of each stimulus with its counterpart"),
        "obtained": Column("", "cosine obtained, mean over the two stimuli"),
        "trials_first": Column("trials", "trials to criterion of the first, new problem"),
        "trials_second": Column("trials", "trials to criterion of the one that overlaps with it"),
    }
    return {"overlap": Measured.of("overlap of stimuli", about, rows)}


def mixing_tables(members: Sequence[Member], progress: Progress | None = None) -> Tables:
    """How each problem is answered by the last network, blocked and interleaved."""
    rows = []
    for member, session in _opened(members, progress):
        after, data = member.condition.after, session.run_data()
        last, stimuli = data.weights[-1], data.stimuli[after:]
        loss, right = performance(NetworkWeights.stack([last] * len(stimuli)), stimuli, data.config)
        for k, problem in enumerate(right.sum(axis=1).tolist()):
            trials = data.trials_to_criterion[after + k]
            rows.append(
                (member.condition.name, member.parent.seed, k + 1, trials, loss[k], problem)
            )
    about = {
        "condition": Column("", "blocked or interleaved"),
        "seed": SEED,
        "problem": Column("", "problem after the warm-up, counted from 1"),
        "trials": Column("trials", "trials until the criterion was first met; NaN where it never was"),
        "loss": Column("nats", "task loss of the last network on the problem, noise off"),
        "correct": Column("", "stimuli the last network answers correctly, 0 to 2"),
    }  # fmt: skip
    return {"mixing": Measured.of("blocked against interleaved", about, rows)}


def projection_tables(members: Sequence[Member], progress: Progress | None = None) -> Tables:
    """Trials of each problem learned outside the past, and by the same network learning plainly."""
    rows = []
    for member, session in _opened(members, progress):
        total = member.condition.protocol().total
        with Session.open(member.parent.path) as parent:
            plain = parent.trials_to_criterion[:total]
        outside = session.trials_to_criterion[:total]
        for name, trials in (("plain", plain), (member.condition.name, outside)):
            rows += [
                (name, member.parent.seed, number, count)
                for number, count in enumerate(trials.tolist(), 1)
                if number > member.condition.after
            ]
    about = {
        "condition": Column("", "plain, or outside the leading directions of past activity"),
        "seed": SEED,
        "problem": PROBLEM,
        "trials": TRIALS,
    }
    return {"projection": Measured.of("learning outside the past's subspace", about, rows)}


MEASURES: dict[str, Callable[[Sequence[Member], Progress | None], Tables]] = {
    "revisit": revisit_tables,
    "serial-reversal": reversal_tables,
    "overlap": overlap_tables,
    "mixing": mixing_tables,
    "projection": projection_tables,
}
"""How each study with branches is measured, by its name."""


def _opened(
    members: Sequence[Member], progress: Progress | None
) -> Iterator[tuple[Member, Session]]:
    for member in tracked(members, [1.0] * len(members), progress):
        with Session.open(member.path) as session:
            yield member, session
