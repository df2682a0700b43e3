"""Errors with files, in sentences for users."""

from pathlib import Path

from l2l_engine.config import L2LError


class SessionError(L2LError):
    """A session file cannot be read or written; the text names the file and the fix."""


class BusyError(SessionError):
    """Another process is writing the file."""


class DiskFullError(L2LError):
    """The disk is full; nothing already saved is lost, and saving can be repeated."""


class SessionMovedError(SessionError):
    """The session's file was taken away under its writer; nothing in memory is lost.

    What can be done: :meth:`l2l_engine.run.Run.save_as`, which writes the run so far to another
    file and lets it continue there; or close the run. If the file comes back to its place, the run
    just continues.

    Parameters
    ----------
    text : str
        The sentence.
    path : Path
        Where the session was.
    """

    def __init__(self, text: str, path: Path) -> None:
        super().__init__(text)
        self.path = path
