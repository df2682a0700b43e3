"""The one cache of computed results, bounded by the bytes it holds."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache

T = TypeVar("T")

RESULT_BYTES = 128 * 2**20
"""A workspace's results for one problem take 1 to 4 MB: dozens of problems fit, and a day of
training with workspaces being switched stays under 1 GB in all."""

_OVERHEAD = 64  # bytes of a value that holds no array


class Results:
    """Results by key; the least recently used are dropped once they exceed ``limit`` bytes.

    Safe to use from several threads.
    """

    def __init__(self, limit: int = RESULT_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[Hashable, Any] = LRUCache(limit, getsizeof=bytes_of)
        self._under_way: dict[Hashable, threading.Event] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes kept."""
        return int(self._kept.currsize)

    @property
    def limit(self) -> int:
        """Bytes that may be kept."""
        return int(self._kept.maxsize)

    def get(self, key: Hashable | None) -> tuple[bool, Any]:
        """Return whether there is a result of this key, and the result."""
        with self._lock:
            if key is None or key not in self._kept:
                return False, None
            return True, self._kept[key]

    def put(self, key: Hashable, result: Any) -> None:
        """Keep a result, unless it alone exceeds the limit."""
        with self._lock:
            self._kept.pop(key, None)
            if bytes_of(result) <= self._kept.maxsize:
                self._kept[key] = result

    def computed(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the result of ``key``, computing it if need be.

        Whoever asks for the same key meanwhile waits for that computation; other keys do not
        wait. Where it fails, the next one waiting tries.
        """
        while True:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
                other = self._under_way.get(key)
                if other is None:
                    mine = self._under_way[key] = threading.Event()
            if other is None:
                break
            other.wait()
        try:
            result = compute()
            self.put(key, result)
            return result
        finally:
            with self._lock:
                del self._under_way[key]
            mine.set()

    def clear(self) -> None:
        """Drop every result."""
        with self._lock:
            self._kept.clear()


def bytes_of(value: Any) -> int:
    """Return roughly the memory of a result: its arrays, each counted once, wherever they are."""
    return _bytes_of(value, set())


def _bytes_of(value: Any, counted: set[int]) -> int:
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):  # a view keeps the whole array
            value = value.base
        if id(value) in counted:
            return 0
        counted.add(id(value))
        return value.nbytes
    if isinstance(value, (str, bytes)):
        return len(value)
    return _OVERHEAD + sum(_bytes_of(part, counted) for part in _parts(value, counted))


def _parts(value: Any, counted: set[int]) -> list[Any]:
    """What a value of this project or a plain collection consists of."""
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, (list, tuple)):
        parts = list(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, item.name) for item in dataclasses.fields(value)]
    elif type(value).__module__.startswith("l2l_") and hasattr(value, "__dict__"):
        parts = list(vars(value).values())
    else:
        return []
    if id(value) in counted:
        return []
    counted.add(id(value))
    return parts


results = Results()
"""The results of this process, which panels, jobs and the lab share."""
