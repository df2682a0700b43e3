"""How a command ends on Ctrl-C, SIGTERM and SIGHUP."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that end a command; Windows has no SIGHUP."""


class Interrupted(KeyboardInterrupt):
    """A signal asked the command to end."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.number = number

    @property
    def exit_code(self) -> int:
        """128 plus the signal's number, as in shells: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number


class StopRequest:
    """Whether a signal has asked for a stop, for loops that end between two trials.

    Inside its ``with`` block signals only set the request; elsewhere they raise :class:`Interrupted`.
    """

    def __init__(self) -> None:
        self.number: int | None = None

    @property
    def requested(self) -> bool:
        """Whether a signal has come."""
        return self.number is not None

    @property
    def exit_code(self) -> int:
        """The exit code of a command that stopped because of the signal."""
        return Interrupted(self.number or signal.SIGINT).exit_code

    def wait(self, seconds: float) -> None:
        """Wait this long, or until a signal comes."""
        end = time.monotonic() + seconds
        while not self.requested and time.monotonic() < end:
            time.sleep(0.1)

    def __enter__(self) -> StopRequest:
        self._handlers = _handle(self._request)
        return self

    def __exit__(self, *_: object) -> None:
        _restore(self._handlers)

    def _request(self, number: int, frame: FrameType | None) -> None:
        self.number = number


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Let the signals raise :class:`Interrupted` in the main thread."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    handlers = _handle(interrupt)
    try:
        yield
    finally:
        _restore(handlers)


def _handle(handler: object) -> dict[int, object]:
    """Set a handler for each signal that is not ignored (as nohup ignores SIGHUP)."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {
        number: signal.signal(number, handler)  # type: ignore[arg-type]
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }


def _restore(handlers: dict[int, object]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)  # type: ignore[arg-type]
