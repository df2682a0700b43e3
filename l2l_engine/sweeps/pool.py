"""Processes of this machine that train runs: a lost one is replaced, an orphan ends.

Each worker holds the end of a pipe whose other end only this process has. When this process
ends, however it ends, the pipe closes: the worker's run saves itself and the worker ends too.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from l2l_engine.config import L2LError
from l2l_engine.storage.untrusted import unbounded_memory
from l2l_engine.sweeps import worker

_LOSSES = 5  # of one task
_END_SECONDS = 60.0  # for a run to save itself and its process to end


class WorkerLostError(L2LError):
    """A task's worker was lost again and again."""


@dataclass(frozen=True, slots=True)
class _Worker:
    process: BaseProcess
    tasks: Connection
    life: Connection  # closed, or sent anything: end


@dataclass(frozen=True, slots=True)
class _Task:
    future: Future[Any]
    call: tuple[Callable[..., Any], tuple[Any, ...]]


class LocalPool(Executor):
    """As many processes as asked for, one thread each, each with one task at a time.

    A task whose process is lost starts again in a new one, up to five times.
    """

    def __init__(self, workers: int) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._workers: dict[int, _Worker] = {}
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._serve, args=(slot,), name=f"sweep-{slot}", daemon=True)
            for slot in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function of a module in a worker."""
        future: Future[Any] = Future()
        self._tasks.put(_Task(future, (function, args)))
        return future

    def stop(self) -> None:
        """Ask all workers to end after saving; what has not begun is cancelled."""
        with self._lock:
            self._stopping = True
            workers = list(self._workers.values())
        for started in workers:
            _ask_to_end(started)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, those that do not end in time by force."""
        self.stop()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join(_END_SECONDS)
        with self._lock:
            left = list(self._workers.values())
        for started in left:
            started.process.kill()

    # -- one thread a worker -------------------------------------------------------------

    def _serve(self, slot: int) -> None:
        while (task := self._tasks.get()) is not None:
            if self._stopping:
                task.future.cancel()
            if task.future.set_running_or_notify_cancel():
                self._do(slot, task)
        self._end(slot)

    def _do(self, slot: int, task: _Task) -> None:
        for _ in range(_LOSSES):
            if self._stopping:
                break
            try:
                member = self._worker(slot)
                member.tasks.send(task.call)
                succeeded, answer = member.tasks.recv()
            except (EOFError, OSError):  # it was lost
                self._end(slot)
                continue
            except BaseException as error:
                task.future.set_exception(error)
                return
            if succeeded:
                task.future.set_result(answer)
            else:
                task.future.set_exception(answer)
            return
        task.future.set_exception(
            WorkerLostError(
                f"Its process was lost {_LOSSES} times, perhaps for want of memory: try again with "
                "fewer runs at a time."
            )
        )

    def _worker(self, slot: int) -> _Worker:
        member = self._workers.get(slot)
        if member is None or not member.process.is_alive():
            self._end(slot)
            member = _start()
            with self._lock:
                self._workers[slot] = member
                stopping = self._stopping
            if stopping:
                _ask_to_end(member)
        return member

    def _end(self, slot: int) -> None:
        with self._lock:
            member = self._workers.get(slot)
        if member is None:
            return
        member.life.close()
        member.tasks.close()
        member.process.join(_END_SECONDS)
        if member.process.is_alive():
            member.process.kill()
            member.process.join()
        with self._lock:
            self._workers.pop(slot, None)


def _ask_to_end(member: _Worker) -> None:
    with contextlib.suppress(OSError):
        member.life.send(None)


def _start() -> _Worker:
    context = get_context("spawn")
    tasks, their_tasks = context.Pipe()
    their_life, life = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(their_tasks, their_life), daemon=True)
    with unbounded_memory():
        process.start()
    their_tasks.close()
    their_life.close()
    return _Worker(process, tasks, life)


# -- in the worker -----------------------------------------------------------------------


def _work(tasks: Connection, life: Connection) -> None:
    """Do one task after the other until asked to end, or until the parent is gone."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent asks for an orderly end
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: worker.stopping.set())
    threading.Thread(target=_watch, args=(life,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while not worker.stopping.is_set():
            if not tasks.poll(0.2):
                continue
            function, arguments = tasks.recv()
            try:
                answer = (True, function(*arguments))
            except Exception as error:
                answer = (False, error)
            tasks.send(answer)


def _watch(life: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        life.recv()
    worker.stopping.set()
