"""The sessions open in the window: their contents, and the latest snapshot of each."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from l2l_engine.config import RunConfig, field_names
from l2l_engine.network import NetworkWeights
from l2l_engine.protocols import notation
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.naming import session_name
from l2l_engine.storage.outline import Outline, read_outline
from l2l_engine.storage.session import Session
from l2l_engine.training.course import Course
from l2l_gui.model.snapshot import Snapshot, of_outline, of_session

SessionKey = tuple[str, str]
REPEATED = frozenset({"seed", "problems"})
"""The parameters in which the sessions of a condition differ."""
PATIENCE = 1.0
T = TypeVar("T")


class OpenSession:
    """A session file as panels and jobs see it.

    :attr:`snapshot` belongs to the GUI thread. The methods read the file and belong in jobs;
    problems are numbered from 1, and 0 is the network before any learning.
    """

    def __init__(self, known: Session | Outline, snapshot: Snapshot) -> None:
        self.path: Path = known.path
        self.config: RunConfig = known.config
        self.created, self.lineage = known.created, known.lineage
        self.parent, self.source = known.lineage.parent, known.lineage.source
        self.protocol: Protocol | None = None
        self.course: Course | None = None
        self._file: Session | None = None
        if isinstance(known, Session):
            self.protocol, self.course, self._file = known.followed, known.course, known
        self.duration = _longest(self.config, self.course)
        """Length of its longest trial, ms: stages of a protocol may change the epochs."""
        self.key: SessionKey = (str(self.path), self.created)
        self.snapshot = snapshot
        self._opening = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> OpenSession:
        """Read a file; takes some milliseconds, so call it in a job. Raises SessionError."""
        reader = _patiently(lambda: Session.open(path))
        try:
            return cls(reader, of_session(reader))
        except BaseException:
            reader.close()
            raise

    @classmethod
    def at_a_glance(cls, path: Path) -> OpenSession:
        """A session to compare with: where that suffices, its file is opened only once a network is asked for.

        A thousand of them are read in seconds, and hold no files. Raises SessionError.
        """
        outline = _patiently(lambda: read_outline(path))
        return cls.open(path) if outline is None else cls(outline, of_outline(outline))

    @functools.cached_property
    def condition(self) -> Hashable:
        """What sessions share that differ only in their seed and length: protocol and parameters."""
        followed = None if self.protocol is None else notation.to_json(self.protocol)
        values = (getattr(self.config, name) for name in sorted(field_names() - REPEATED))
        return followed, tuple(values)

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
        with self._opening:
            if self._file is None:
                self._file = _patiently(lambda: Session.open(self.path))
            file = self._file
        if file.n_problems < problems:
            _patiently(file.refresh)
        return file

    def config_of(self, number: int) -> RunConfig:
        """The parameters problem ``number`` (from 1) is learned with."""
        return self.reader().config_of(number - 1)

    def changes_of(self, number: int | None) -> tuple[str, ...]:
        """Names of the parameters that problem ``number`` (from 1) is learned with in place of the run's."""
        if self.course is None or number is None:
            return ()
        return tuple(sorted(self.course.plan(number - 1).changes))

    def network(self, number: int) -> NetworkWeights:
        """The network after problem ``number``, float32; 0: before any learning."""
        if number == 0:
            return self.reader().initial
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
        """Close the file, if it was opened."""
        with self._opening:
            if self._file is not None:
                self._file.close()


def _longest(config: RunConfig, course: Course | None) -> float:
    configs = [config]
    if course is not None:
        configs += [config.replace(**plan.changes) for plan in course.plans if plan.changes]
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
        """Add a session, instead of one of the same path."""
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
