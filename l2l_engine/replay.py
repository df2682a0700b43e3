"""The learning of one problem once more, trial by trial, from the network before it.

Training is deterministic: the noise of a trial follows from the seed and the trial's number, all else
from the random stream, which the file keeps after every problem. So the network of every trial is had
again exactly, and a session need not hold it.

>>> import l2l_engine as l2l
>>> from l2l_engine.replay import Replay
>>> with l2l.load_example() as session, Replay(session, 3) as replay:  # doctest: +SKIP
...     for trial in replay:
...         print(trial.trial.task_loss)
...     replay.exact()
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import branching
from l2l_engine.config import L2LError
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.closing import Closing
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from l2l_engine.training.curriculum import Curriculum, StepResult, TrialView


class Replay(Closing):
    """A learned problem about to be learned again, in memory. Loads TensorFlow and compiles.

    Parameters
    ----------
    session : Session
        Open while this begins; not written to.
    problem : int
        A learned problem, from 1.
    report : callable, optional
        Called with a sentence at each stage of getting ready.

    Attributes
    ----------
    problem : int
    trials : int
        Trials the problem took; 0 where the session does not know.

    Raises
    ------
    L2LError
        When the problem, or the network before it, is not in the session.
    """

    def __init__(
        self, session: Session, problem: int, report: Callable[[str], object] | None = None
    ) -> None:
        if not 1 <= problem <= session.n_problems or not session.available[problem - 1]:
            raise L2LError(f"{session.path.name} holds no learned problem {problem} to replay.")
        if session.source is not None:
            raise L2LError(
                f"{session.path.name} was not trained here, so that its trials cannot be had again."
            )
        self.problem = problem
        self.trials = int(max(session.trials_run[problem - 1], 0))
        self._after = session.weights(problem - 1)
        self._ended = False
        self._last: NetworkWeights = self._after
        self._curriculum = _begun(session, problem, report)
        stimuli = session.stimuli[problem - 1]
        if not np.array_equal(self._curriculum.stimuli, stimuli):
            self._curriculum.show(stimuli)
        if report is not None:
            report("Compiling the network")
        self._curriculum.compile()

    @property
    def weights(self) -> NetworkWeights:
        """The network as it is now; a copy."""
        return self._curriculum.weights

    def __iter__(self) -> Iterator[StepResult]:
        """Trial after trial, until the problem ends as it did."""
        while not self._ended:
            step = self._curriculum.step()
            if step.problem is not None:
                self._last = step.problem.weights
            self._ended = step.problem is not None
            yield step

    def view(self) -> TrialView | None:
        """The last trial in full."""
        return self._curriculum.view()

    def after_trial(self, step: StepResult) -> NetworkWeights:
        """The network that a trial of this replay left."""
        return self.weights if step.problem is None else step.problem.weights

    def exact(self) -> bool:
        """Whether it has ended with the network of the file, to the bit."""
        if not self._ended:
            return False
        ours, theirs = self._last.arrays(), self._after.arrays()
        return all(np.array_equal(ours[name], theirs[name]) for name in theirs)

    def close(self) -> None:
        """End the helping thread."""
        self._curriculum.close()


def _begun(session: Session, problem: int, report: Callable[[str], object] | None) -> Curriculum:
    """A run in memory that is about to begin a problem."""
    if report is not None:
        report("Loading TensorFlow")
    from l2l_engine.training.curriculum import Curriculum

    if problem == 1:
        return Curriculum(session.config, session.course)
    start = branching.boundary(session, problem - 1)
    return Curriculum.at_boundary(
        start.config,
        start.networks,
        start.stimuli,
        trial=start.trial,
        set_point=start.set_point,
        random=start.random,
        course=None if start.protocol is None else start.protocol.course(),
    )
