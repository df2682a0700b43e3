"""Files that are either whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from l2l_engine.config import L2LError


class ExportError(L2LError):
    """A picture, movie or table could not be written."""


def part_of(path: Path) -> Path:
    """A new, empty file next to ``path`` to write to; raises ExportError."""
    try:
        number, name = tempfile.mkstemp(
            suffix=path.suffix, prefix=f".{path.stem}-", dir=path.parent
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
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file that becomes ``path`` if the block succeeds, and else vanishes.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    part = part_of(path)
    try:
        yield part
    except OSError as error:
        part.unlink(missing_ok=True)
        raise write_failure(path, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    put_in_place(part, path)
