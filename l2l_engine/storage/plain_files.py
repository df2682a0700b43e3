"""Opening untrusted paths: plain files only, never a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # opening a pipe nobody writes to would block forever
_BINARY = getattr(os, "O_BINARY", 0)


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file for reading.

    Raises
    ------
    OSError
        When it cannot be opened, or is a folder, a pipe or a device.
    """
    descriptor = os.open(path, os.O_RDONLY | _NONBLOCK | _BINARY)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device and not a file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_plain(path: Path, most: int) -> bytes:
    """The content of a plain file of at most ``most`` bytes.

    Raises
    ------
    OSError
        As :func:`open_plain`, or when the file is larger.
    """
    with open_plain(path) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MB", str(path))
    return content


def reason(error: BaseException) -> str:
    """Why a file could not be used, without the file's name, which the sentence around it tells."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return printable(str(error)) or type(error).__name__


def printable(text: str, longest: int = 160) -> str:
    """Text from a file as part of one sentence: no line breaks or control characters, not too long."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[: longest + 1])
    return clean if len(clean) <= longest else f"{clean[:longest]}…"
