"""The problems a protocol asks for, one plan after the other, as the training sees them."""

from __future__ import annotations

from dataclasses import dataclass

from l2l_engine.training.plan import Plan


@dataclass(frozen=True, slots=True)
class Course:
    """One plan a problem; problems before it and past its end are new ones, learned as published.

    Parameters
    ----------
    plans
        Every reference in them is a problem's number from 1.
    stages
        The stage (0-based) of each plan.
    after
        Problems that were learned before the first plan.
    """

    plans: tuple[Plan, ...]
    stages: tuple[int, ...]
    after: int = 0

    def plan(self, problem: int) -> Plan:
        """How a problem (0-based) is learned."""
        index = problem - self.after
        return self.plans[index] if 0 <= index < len(self.plans) else Plan()

    def start(self, problem: int) -> int:
        """The problem (0-based) whose network a problem (0-based) starts from; -1: the untrained one."""
        start = self.plan(problem).start
        return problem - 1 if start is None else int(start) - 1

    def stage(self, problem: int) -> int | None:
        """The stage (0-based) of a problem (0-based); None where it belongs to none."""
        index = problem - self.after
        return self.stages[index] if 0 <= index < len(self.stages) else None

    def first_of_stage(self, problem: int) -> int:
        """The first problem (0-based) of the stage a problem (0-based) belongs to."""
        stage = self.stage(problem)
        return problem if stage is None else self.after + self.stages.index(stage)
