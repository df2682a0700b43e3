"""The quick demo: a small network that learns to learn while one watches."""

from __future__ import annotations

from pathlib import Path

from l2l_engine.config import L2LError, RunConfig
from l2l_gui.model import working_copy
from l2l_gui.model.goals import Goal
from l2l_gui.model.selection import Selection
from l2l_gui.window.shell import Shell

NAME = "quick-demo"
DEMO = RunConfig(
    problems=60,
    units=32,
    penalised_singular_values=8,
    dt=10.0,
    tau_noise=10.0,
    sample_ms=300.0,
    delay_ms=300.0,
    response_ms=300.0,
    mask_ms=50.0,
    learning_rate=0.003,
    criterion_loss=0.05,
    criterion_trials=20,
    max_trials=3000,
)
"""The paper's rules on a short trial in coarse steps: the first problem takes some 400 trials, the
twentieth some 10; 20 problems took 20 s, measured on a busy core."""


class QuickDemo:
    """Makes a session of its own for the demo and trains it."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._wanted: Path | None = None
        shell.selection.changed.connect(self._shown)
        shell.runner.failed.connect(self._failed)

    def begin(self) -> None:
        """Make the session; training begins once it is open."""
        try:
            path = working_copy.free_name(working_copy.sessions_folder(), NAME).resolve()
        except L2LError as error:
            self._shell.notifications.complain(error)
            return
        self._wanted = path
        self._shell.runner.create(path, DEMO)

    def _shown(self, selection: Selection, _fields: frozenset[str]) -> None:
        if self._wanted is None or selection.primary != self._wanted:
            return
        self._wanted = None
        self._shell.workspaces.go("learn")
        self._shell.runner.train(Goal())
        self._shell.notifications.inform(
            "A small network learns 60 problems in a minute or two: watch the trials to criterion fall. "
            "Space pauses."
        )

    def _failed(self, _error: object) -> None:
        self._wanted = None
