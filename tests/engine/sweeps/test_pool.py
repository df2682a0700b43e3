"""Worker processes of this machine, apart from what they train."""

import threading

import pytest

from l2l_engine.storage import untrusted
from l2l_engine.sweeps.pool import LocalPool

resource = pytest.importorskip("resource", reason="limits of memory are a POSIX feature")


def test_a_worker_started_while_a_session_is_read_is_not_bound_in_memory():
    limits = resource.getrlimit(resource.RLIMIT_DATA)
    reading, read = threading.Event(), threading.Event()

    def read_a_text():
        with untrusted.bounded_memory():
            reading.set()
            read.wait(1.0)  # in which a worker that does not wait is started

    reader = threading.Thread(target=read_a_text)
    reader.start()
    reading.wait()
    pool = LocalPool(1)
    try:
        found = pool.submit(resource.getrlimit, resource.RLIMIT_DATA)
        assert found.result(60) == limits
    finally:
        read.set()
        reader.join()
        pool.shutdown()
