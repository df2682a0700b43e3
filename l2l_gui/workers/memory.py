"""Keeping the process small: what was freed, and code that has run once, goes back to the system.

Linux with glibc; elsewhere these do nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

M_ARENA_MAX = -8  # <malloc.h>
MADV_DONTNEED = 4  # <sys/mman.h>
ARENAS = 2
SMAPS = Path("/proc/self/smaps")
BULKY = ("tensorflow", "llvm")
"""Libraries of hundreds of megabytes, most of it read only while they are loaded and compile."""


def limit_arenas() -> None:
    """Let threads share two heaps; with one each, what a thread freed stays unused by the others.

    Call it before the first thread starts.
    """
    _call("mallopt", M_ARENA_MAX, ARENAS)


def return_freed_memory() -> None:
    """Return to the system what the allocator holds of freed arrays.

    Analyses allocate and free hundreds of megabytes in arrays small enough for glibc to keep:
    after looking at every workspace these made up half of the process.
    """
    _call("malloc_trim", 0)


def return_library_pages() -> None:
    """Unmap the pages of bulky libraries; those used again come back from the file cache.

    Importing TensorFlow and compiling the trial read 400 MB of libraries, training reads 20.
    """
    if SMAPS.exists():
        for start, end in unchanged_ranges(SMAPS.read_text()):
            _call("madvise", ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_DONTNEED)


def unchanged_ranges(smaps: str) -> Iterator[tuple[int, int]]:
    """Where bulky libraries are mapped read-only, without a page of the process's own.

    Parameters
    ----------
    smaps : str
        What ``/proc/self/smaps`` says.

    Yields
    ------
    tuple
        First address, and the one after the last.
    """
    mapping: tuple[int, int] | None = None
    for line in smaps.splitlines():
        words = line.split()
        if not words[0].endswith(":"):  # address range, permissions, ..., file
            bulky = any(name in " ".join(words[5:]) for name in BULKY)
            start, _, end = words[0].partition("-")
            mapping = (int(start, 16), int(end, 16)) if bulky and "w" not in words[1] else None
        elif mapping is not None and words[:2] == ["Anonymous:", "0"]:
            yield mapping


def _call(function: str, *arguments: Any) -> None:
    """Call a function of the C library, where it has it."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
            getattr(ctypes.CDLL(None), function)(*arguments)
