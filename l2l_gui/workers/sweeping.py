"""A sweep trained by other processes while a thread of the window looks on."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QThread, pyqtSignal

from l2l_engine.config import L2LError
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from l2l_engine.sweeps.grid import SweepRun
    from l2l_engine.sweeps.pace import SweepPace

log = logging.getLogger(__name__)

Counts = NDArray[np.float64]
WINDOW = 30  # problems


@dataclass(frozen=True, eq=False)
class Progress:
    """A sweep now: every run, and of each its trials to criterion, meaned over problems."""

    runs: tuple[SweepRun, ...]
    curves: dict[str, Counts]
    pace: SweepPace


class SweepThread(QThread):
    """Trains a sweep; its work is done by processes.

    Parameters
    ----------
    folder : of the sweep.
    runs : those to train; None: those the folder's manifest lists.

    Signals
    -------
    progressed(Progress) : about once a second, and at the end.
    failed(Exception) : it could not be started, or failed.
    """

    progressed = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, folder: Path, runs: Sequence[SweepRun] | None, workers: int) -> None:
        super().__init__()
        self.setObjectName("sweep")
        self.folder = folder
        self._runs, self._workers = runs, workers
        self._stop = threading.Event()
        self._curves: dict[str, Counts] = {}

    def stop(self) -> None:
        """Let the runs write their checkpoints and end; it can be resumed."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def run(self) -> None:
        """Train until everything is done or :meth:`stop`."""
        from l2l_engine.sweeps.pace import PaceMeter
        from l2l_engine.sweeps.sweep import Sweep

        try:
            sweep = Sweep(self.folder, self._runs)
            pace = PaceMeter()

            def look(runs: Sequence[SweepRun]) -> None:
                self._read(runs)
                self.progressed.emit(Progress(tuple(runs), dict(self._curves), pace(runs)))
                if self._stop.is_set():
                    raise KeyboardInterrupt

            look(list(sweep.runs.values()))
            with contextlib.suppress(KeyboardInterrupt):
                sweep.train(workers=self._workers, progress=look)
            self._stop.clear()
            look(list(sweep.runs.values()))
        except KeyboardInterrupt:
            pass
        except Exception as error:
            if not isinstance(error, L2LError):
                log.exception("The sweep failed")
            self.failed.emit(error)

    def _read(self, runs: Sequence[SweepRun]) -> None:
        """The curves of runs that have come further."""
        from l2l_engine.analysis.learning_curve import moving_mean  # brings SciPy

        for run in runs:
            known = len(self._curves.get(run.name, ()))
            if run.problems > known:
                with contextlib.suppress(L2LError), Session.open(self.folder / run.file) as session:
                    self._curves[run.name] = moving_mean(session.trials_to_criterion, WINDOW)
