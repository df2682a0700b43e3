"""The sessions open in the window: their contents, and the latest snapshot of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.naming import session_name
from l2l_engine.storage.session import Session
from l2l_engine.training.course import Course
from l2l_gui.model.snapshot import Snapshot, of_session

SessionKey = tuple[str, str]
PATIENCE = 1.0
T = TypeVar("T")


class OpenSession:
    """A session file as panels and jobs see it.

    :attr:`snapshot` belongs to the GUI thread. The methods read the file and belong in jobs;
    problems are numbered from 1, and 0 is the network before any learning.
    """

    def __init__(self, reader: Session, snapshot: Snapshot) -> None:
        self.path: Path = reader.path
        self.config: RunConfig = reader.config
        self.created, self.parent = reader.created, reader.parent
        self.source: str | None = reader.source
        self.lineage = reader.lineage
        self.protocol: Protocol | None = reader.followed
        self.course: Course | None = reader.course
        self.duration = _longest(reader)
        """Length of its longest trial, ms: stages of a protocol may change the epochs."""
        self.key: SessionKey = (str(self.path), self.created)
        self.snapshot = snapshot
        self._reader = reader

    @classmethod
    def open(cls, path: Path) -> OpenSession:
        """Read a file; takes some milliseconds, so call it in a job. Raises SessionError."""
        reader = _patiently(lambda: Session.open(path))
        try:
            return cls(reader, of_session(reader))
        except BaseException:
            reader.close()
            raise

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return session_name(self.path)

    @property
    def problems(self) -> int:
        """Completed problems, as of the latest snapshot."""
        return self.snapshot.problems

    def reader(self, problems: int = 0) -> Session:
        """The file, refreshed until it contains at least this many problems."""
        if self._reader.n_problems < problems:
            _patiently(self._reader.refresh)
        return self._reader

    def config_of(self, number: int) -> RunConfig:
        """The parameters problem ``number`` (from 1) is learned with."""
        return self._reader.config_of(number - 1)

    def changes_of(self, number: int | None) -> tuple[str, ...]:
        """Names of the parameters that problem ``number`` (from 1) is learned with in place of the run's."""
        if self.course is None or number is None:
            return ()
        return tuple(sorted(self.course.plan(number - 1).changes))

    def network(self, number: int) -> NetworkWeights:
        """The network after problem ``number``, float32; 0: before any learning."""
        if number == 0:
            return self._reader.initial
        return self.reader(number).weights(number - 1)

    def networks(self, numbers: range) -> NetworkWeights:
        """A stack of the networks after consecutive problems, float32."""
        reader = self.reader(numbers[-1])
        if numbers[0] > 0:
            return reader.weights(slice(numbers[0] - 1, numbers[-1]))
        learned = [reader.weights(number - 1) for number in numbers[1:]]
        return NetworkWeights.stack([reader.initial, *learned])

    def stimuli(self, number: int) -> NDArray[np.float32]:
        """The two stimuli of problem ``number`` (from 1), (2, stimulus_channels)."""
        return self.reader(number).stimuli[number - 1]

    def close(self) -> None:
        """Close the file."""
        self._reader.close()


def _longest(reader: Session) -> float:
    configs = [reader.config]
    if reader.course is not None:
        changes = [plan.changes for plan in reader.course.plans if plan.changes]
        configs += [reader.config.replace(**each) for each in changes]
    return max(config.steps * config.dt for config in configs)


def _patiently(read: Callable[[], T]) -> T:
    """Retry: HDF5 refuses a file that this process is just opening or closing for writing."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return read()
        except SessionError as error:
            if error.__cause__ is None or time.monotonic() > give_up:
                raise
        time.sleep(0.05)


WhenIdle = Callable[[Callable[[], None]], object]


class Sessions(QObject):
    """The open sessions by path.

    Parameters
    ----------
    when_idle : calls a function once no background job can be reading a session any more.

    Signals
    -------
    opened(OpenSession), closed(OpenSession)
    advanced(OpenSession) : it has a new snapshot; at most 30 a second while training.
    """

    opened = pyqtSignal(object)
    closed = pyqtSignal(object)
    advanced = pyqtSignal(object)

    def __init__(self, when_idle: WhenIdle, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._when_idle = when_idle
        self._open: dict[Path, OpenSession] = {}

    def __iter__(self) -> Iterator[OpenSession]:
        return iter(tuple(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def get(self, path: Path | None) -> OpenSession | None:
        """The session open at ``path``, if it is."""
        return self._open.get(path) if path is not None else None

    def add(self, session: OpenSession) -> None:
        """Add a session read by :meth:`OpenSession.open`, instead of one of the same path."""
        self.remove(session.path)
        self._open[session.path] = session
        self.opened.emit(session)

    def remove(self, path: Path) -> None:
        """Remove a session; its file is closed once no job can be reading it."""
        session = self._open.pop(path, None)
        if session is not None:
            self.closed.emit(session)
            # closing waits for a writer of the file
            closing = threading.Thread(target=session.close, name="closing")
            self._when_idle(closing.start)

    def advance(self, snapshot: Snapshot) -> None:
        """Store the latest snapshot of a session in training."""
        session = self._open.get(snapshot.path)
        if session is not None:
            session.snapshot, session.config = snapshot, snapshot.config
            self.advanced.emit(session)

    def close(self) -> None:
        """Close every session."""
        for path in tuple(self._open):
            self.remove(path)
