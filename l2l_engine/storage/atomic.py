"""Files that are either whole or not there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from l2l_engine.config import L2LError


class ExportError(L2LError):
    """A picture, movie or table could not be written."""


Failure = Callable[[Path, Exception], Exception]
"""Makes the error to raise where a file cannot be written, of the file and what went wrong."""

_LONGEST_NAME = 255  # bytes, on nearly every file system


def sibling(path: Path, suffix: str) -> Path:
    """A hidden file beside ``path`` that goes with it: ``.NAME`` and the suffix.

    Where that would be too long a name, a digest stands for NAME.
    """
    name = f".{path.name}{suffix}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        digest = hashlib.blake2b(os.fsencode(path.name), digest_size=16).hexdigest()
        name = f".{digest}{suffix}"
    return path.with_name(name)


def part_of(path: Path) -> Path:
    """A new, empty file next to ``path`` to write to; raises ExportError."""
    try:
        number, name = tempfile.mkstemp(
            suffix=path.suffix, prefix=f".{path.stem[:100]}-", dir=path.parent
        )
    except OSError as error:
        raise write_failure(path, error) from error
    os.close(number)
    return Path(name)


def put_in_place(part: Path, path: Path) -> None:
    """Make ``part`` the file ``path``; raises ExportError."""
    try:
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise write_failure(path, error) from error


def write_failure(path: Path, error: Exception) -> ExportError:
    """One sentence about a file that could not be written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ExportError(f"{path} could not be written ({reason}): choose another place.")


@contextmanager
def replacing(
    path: Path,
    *,
    part: Path | None = None,
    sync: bool = False,
    failure: Failure = write_failure,
) -> Iterator[Path]:
    """A temporary file that becomes ``path`` if the block succeeds, and else vanishes.

    Parameters
    ----------
    path : Path
        The file to make or replace.
    part : Path, optional
        The temporary file, on the same file system; by default a new one beside ``path``. Who
        alone writes ``path`` can give a fixed name, so that a crash leaves at most one.
    sync : bool
        Whether the bytes must be on the disk itself before the file takes its place.
    failure : callable
        Makes the error to raise where the file cannot be written.

    Raises
    ------
    ExportError
        When the file cannot be written; or what ``failure`` makes.
    """
    part = part_of(path) if part is None else part
    try:
        yield part
        if sync:
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
    except (OSError, RuntimeError) as error:  # HDF5 raises either
        part.unlink(missing_ok=True)
        raise failure(path, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    try:
        put_in_place(part, path)
    except ExportError as error:
        cause = error.__cause__
        raise failure(path, cause if isinstance(cause, Exception) else error) from cause


@contextmanager
def beside(path: Path, *, failure: Failure = write_failure) -> Iterator[Path]:
    """A temporary folder next to ``path`` to make several files in; it vanishes with the block.

    Parameters
    ----------
    path : Path
        What is made of the files.
    failure : callable
        Makes the error to raise where they cannot be written.

    Raises
    ------
    ExportError
        When something cannot be written; or what ``failure`` makes.
    """
    folder: Path | None = None
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}-", dir=path.parent))
        yield folder
    except OSError as error:
        raise failure(path, error) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
