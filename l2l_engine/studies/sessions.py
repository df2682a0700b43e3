"""The sessions of a study: one for each condition and network, branched from the network's Full run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from l2l_engine.config import L2LError, RunType
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.studies.designs import Condition, Study


@dataclass(frozen=True, slots=True)
class Parent:
    """A Full run that studies branch from."""

    path: Path
    seed: int
    problems: int


@dataclass(frozen=True, slots=True)
class Member:
    """One network in one condition of a study, and the session it has or will have."""

    study: Study
    condition: Condition
    parent: Parent
    path: Path

    @property
    def finished(self) -> bool:
        """Whether its session is there and complete."""
        if not self.path.exists():
            return False
        with Session.open(self.path) as session:
            return session.n_problems >= self.condition.protocol().total

    def begin(self, report: Callable[[str], None] | None = None) -> Run:
        """The run, begun or resumed; whoever gets it closes it."""
        protocol, after = self.condition.protocol(), self.condition.after
        if self.path.exists():
            return Run.resume(self.path, problems=protocol.total, report=report)
        return Run.branch(self.parent.path, after, self.path, protocol=protocol, report=report)


def parents(paths: Iterable[Path]) -> list[Parent]:
    """The Full runs among sessions, by seed.

    Raises
    ------
    L2LError
        When one is no Full run, or two have one seed.
    """
    found: dict[int, Parent] = {}
    for path in paths:
        with Session.open(path) as session:
            config = session.config
            if config.run_type is not RunType.Full or session.protocol is not None:
                raise L2LError(f"{path} is no Full run: studies branch from these.")
            if config.seed in found:
                raise L2LError(f"{path} and {found[config.seed].path} have one seed: give one.")
            found[config.seed] = Parent(path, config.seed, session.n_problems)
    return [found[seed] for seed in sorted(found)]


def members(study: Study, given: Iterable[Parent], folder: Path) -> Iterator[Member]:
    """Every network in every condition, condition after condition.

    Raises
    ------
    L2LError
        When a parent has learned too few problems for a condition.
    """
    given = tuple(given)
    for condition in study.conditions:
        for parent in given:
            if parent.problems < condition.after:
                raise L2LError(
                    f"{parent.path} has learned {parent.problems} problems, and the study {study.name} "
                    f"branches after {condition.after}: train it further with l2l-train --resume."
                )
            name = f"{study.name}_{condition.name}_seed{parent.seed}.h5"
            yield Member(study, condition, parent, folder / name)
