"""Parts of an analysis side by side: results, progress, errors."""

import threading

import pytest

from l2l_engine.analysis.parallel import in_parallel


def test_each_part_gives_its_result_and_progress_is_that_of_the_whole():
    def part(value, progress):
        progress(0.5)
        return value

    seen: list[float] = []
    parts = [lambda progress, value=value: part(value, progress) for value in "abc"]
    assert dict(in_parallel(parts, [1.0, 2.0, 1.0], seen.append)) == {0: "a", 1: "b", 2: "c"}
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert dict(in_parallel(parts[:1], [1.0], None)) == {0: "a"}
    assert list(in_parallel([], [], None)) == []


def test_what_progress_raises_ends_every_part_and_passes_through():
    class CancelledError(Exception):
        pass

    both, ended = threading.Barrier(2, timeout=10), []

    def part(progress):
        both.wait()
        try:
            while True:
                progress(0.5)
        finally:
            ended.append(threading.current_thread())

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        list(in_parallel([part, part], [1.0, 1.0], cancel))
    assert len(ended) == 2
    assert not any(thread.is_alive() for thread in ended)


def test_an_error_of_a_part_passes_through_and_ends_the_others():
    begun = threading.Event()

    def fails(progress):
        begun.wait(10)
        raise ValueError("no")

    def goes_on(progress):
        begun.set()
        while True:
            progress(0.5)

    with pytest.raises(ValueError, match="no"):
        list(in_parallel([fails, goes_on], [1.0, 1.0], None))
