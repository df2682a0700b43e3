"""What can go wrong with files, in sentences fit for a person."""

from l2l_engine.config import L2LError


class SessionError(L2LError):
    """A session file cannot be read or written; the text names the file and the fix."""


class BusyError(SessionError):
    """Another process writes the file."""


class DiskFullError(L2LError):
    """There is no room to save; nothing already saved is harmed, and saving can be repeated."""
