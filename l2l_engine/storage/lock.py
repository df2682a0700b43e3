"""One writer per session: lock files that are void as soon as their holder dies.

One lies beside the session, where any program and computer can see it. The other one is kept on this
computer under the identity of the session's file, so that it holds whatever the file is called, and
when the first is deleted.
"""

from __future__ import annotations

import errno
import getpass
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

from filelock import FileLock, Timeout

from l2l_engine.storage import atomic
from l2l_engine.storage.errors import BusyError, SessionError

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)


def is_being_written(path: Path) -> bool:
    """Whether a writer holds the session."""
    return _is_held(lock_path(path)) or _is_held(_identity_lock(path))


def lock_path(path: Path) -> Path:
    """The lock file beside a session."""
    return atomic.sibling(path, ".lock")


class WriterLock:
    """Holds a session from construction to :meth:`release`.

    Raises
    ------
    BusyError
        When another writer holds it.
    SessionError
        When the folder cannot be written to, or has no locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: FileLock | None = None
        try:
            self._beside = _acquired(lock_path(path))
        except Timeout:
            raise self._busy() from None
        except (OSError, NotImplementedError) as error:
            if isinstance(error, NotImplementedError) or error.errno in _NO_LOCKS:
                raise SessionError(
                    f"The file system of {path.parent} has no file locks, without which two runs "
                    "could write one session: choose a folder on another disk."
                ) from error
            raise SessionError(
                f"The folder {path.parent} cannot be written to ({error.strerror}): "
                "choose another folder for the session."
            ) from error
        try:
            self.follow()
        except BaseException:
            self.release()
            raise

    def follow(self) -> None:
        """Hold the file that is now at the path: the lock is of a file, and it may be a new one.

        Raises
        ------
        BusyError
            When another writer holds it.
        """
        wanted = _identity_lock(self._path)
        held = self._identity
        if wanted is None or (held is not None and held.lock_file == str(wanted)):
            return
        try:
            self._identity = _acquired(wanted)
        except Timeout:
            raise self._busy() from None
        except (OSError, NotImplementedError):
            return  # the lock beside the session holds
        _release(held)

    def release(self) -> None:
        """Remove the lock files and let others write; safe to call again."""
        _release(self._identity)
        _release(self._beside)

    def _busy(self) -> BusyError:
        return BusyError(
            f"{self._path} is being written by another run: wait for it to end, "
            "or branch into a new session."
        )


def _acquired(path: Path) -> FileLock:
    lock = FileLock(path, thread_local=False)
    # not zero: a holder that just removed the file makes the first attempt void
    lock.acquire(timeout=0.05, poll_interval=0.01)
    return lock


def _release(lock: FileLock | None) -> None:
    if lock is not None and lock.is_locked:
        # removed while still held: whoever opened it meanwhile finds it unlinked and retries
        with suppress(OSError):  # Windows refuses, and filelock removes it there
            Path(lock.lock_file).unlink()
        lock.release()


def _identity_lock(path: Path) -> Path | None:
    """The lock file of a file, whatever it is called; None where there is none to lock."""
    try:
        status = path.stat()
        folder = Path(tempfile.gettempdir(), f"l2l-explorer-{getpass.getuser()}")
        folder.mkdir(mode=0o700, exist_ok=True)
    except (OSError, KeyError, ImportError):
        return None
    return folder / f"{status.st_dev:x}-{status.st_ino:x}.lock"


def _is_held(path: Path | None) -> bool:
    if path is None:
        return False
    try:
        stream = path.open("rb")
    except OSError:
        return False
    with stream:
        if sys.platform == "win32":  # the first byte, as filelock does
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
            except OSError:
                return True
            return False  # left by a holder that died
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _NO_LOCKS
    return False
