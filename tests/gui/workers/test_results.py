"""The cache of results: what it keeps, and that nobody waits for another's computation."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from l2l_gui.workers.results import Results, bytes_of


def kilobyte():
    return np.zeros(1024, np.int8)


def test_the_least_recently_used_results_go_first():
    cache = Results(limit=2500)
    for name in "ab":
        cache.put(name, kilobyte())
    cache.get("a")
    cache.put("c", kilobyte())
    assert [cache.get(name)[0] for name in "abc"] == [True, False, True]
    cache.put("too large", np.zeros(10_000, np.int8))
    assert not cache.get("too large")[0]
    assert cache.size == 2048


def test_a_result_is_computed_once_however_many_ask():
    cache, go, calls = Results(), threading.Event(), []

    def compute():
        calls.append(1)
        assert go.wait(10)
        return kilobyte()

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(cache.computed, "key", compute) for _ in range(4)]
        # a computation under way keeps nobody else waiting
        assert cache.computed("other", lambda: 7) == 7
        assert cache.get("key") == (False, None)
        go.set()
        found = [each.result(10) for each in asked]
    assert len(calls) == 1
    assert all(each is found[0] for each in found)


def test_where_a_computation_fails_the_next_who_waits_tries():
    cache, begun, go = Results(), threading.Event(), threading.Event()

    def fails():
        begun.set()
        assert go.wait(10)
        raise ValueError("cancelled")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.computed, "key", fails)
        assert begun.wait(10)
        second = pool.submit(cache.computed, "key", lambda: "found")
        go.set()
        assert second.result(10) == "found"
        with pytest.raises(ValueError, match="cancelled"):
            first.result(10)


class Holder:
    """Not a dataclass, but of this project."""

    __module__ = "l2l_gui.example"

    def __init__(self, array):
        self.array = array


@dataclasses.dataclass(slots=True)
class Pair:
    first: object
    second: object


@pytest.mark.parametrize(
    "value",
    [
        kilobyte(),
        kilobyte()[:10],  # keeps the whole array alive
        {"x": [kilobyte()]},
        Pair(kilobyte(), "words"),
        Holder(kilobyte()),
        [array := kilobyte(), array, array[5:]],  # counted once
    ],
)
def test_the_size_of_a_result_is_that_of_the_arrays_it_holds(value):
    assert 1024 <= bytes_of(value) <= 1024 + 5 * 64
