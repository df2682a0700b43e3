"""One writer a session: a lock file beside it, void as soon as its holder dies."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

from filelock import FileLock, Timeout

from l2l_engine.storage.errors import BusyError, SessionError


def is_being_written(path: Path) -> bool:
    """Whether a writer of this computer holds the session."""
    try:
        stream = lock_path(path).open("rb")
    except OSError:
        return False
    with stream:
        if sys.platform == "win32":
            return True  # there the lock file goes with its holder
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def lock_path(path: Path) -> Path:
    """The lock file of a session."""
    return path.with_name(f".{path.name}.lock")


class WriterLock:
    """Holds ``.NAME.lock`` from construction to :meth:`release`.

    Raises
    ------
    SessionError
        When another writer holds it, or the folder cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(lock_path(path), thread_local=False)
        try:
            # not zero: a holder that just removed the file makes the first attempt void
            self._lock.acquire(timeout=0.05, poll_interval=0.01)
        except Timeout:
            raise BusyError(
                f"{path} is being written by another run: wait for it to end, "
                "or branch into a new session."
            ) from None
        except OSError as error:
            raise SessionError(
                f"The folder {path.parent} cannot be written to ({error.strerror}): "
                "choose another folder for the session."
            ) from error

    def release(self) -> None:
        """Remove the lock file and let others write; harmless when repeated."""
        if self._lock.is_locked:
            # removed while still held: whoever opened it meanwhile finds it unlinked and retries
            with suppress(OSError):  # Windows refuses, and filelock removes it there
                Path(self._lock.lock_file).unlink()
            self._lock.release()
