import sys
import threading

import pytest

from l2l_gui.workers.jobs import Computation, JobCancelledError, Jobs
from l2l_gui.workers.results import Results


@pytest.fixture
def jobs():
    made = Jobs(kept=Results())
    yield made
    made.close()


def test_a_result_is_kept_and_handed_over_at_once_the_second_time(jobs, qtbot):
    calls, results = [], []

    def square(number):
        calls.append(threading.current_thread())
        return number**2

    work = Computation(square, (7,), key="square of 7")
    assert not jobs.submit(work, results.append)
    qtbot.waitUntil(lambda: results == [49])
    assert jobs.submit(work, results.append)
    assert results == [49, 49]
    assert len(calls) == 1
    assert calls[0] is not threading.main_thread()


def test_two_who_want_the_same_share_one_computation(jobs, qtbot):
    go, calls, results = threading.Event(), [], []

    def slow():
        calls.append(1)
        go.wait(10)
        return "done"

    work = Computation(slow, key="shared")
    for owner in ("panel 1", "panel 2"):
        jobs.submit(work, results.append, owner=owner)
    assert len(jobs.running) == 1
    go.set()
    qtbot.waitUntil(lambda: results == ["done", "done"])
    assert calls == [1]


def test_asking_again_lets_go_of_what_was_asked_before(jobs, qtbot):
    go, results = threading.Event(), []
    jobs.submit(Computation(lambda: go.wait(10) and "old", key=1), results.append, owner="panel")
    first = jobs.running[0]
    jobs.submit(Computation(lambda: "new", key=2), results.append, owner="panel")
    assert first.cancelled
    go.set()
    qtbot.waitUntil(lambda: bool(results))
    qtbot.wait(50)
    assert results == ["new"]


def test_a_reporting_function_is_stopped_half_way_by_cancel(jobs, qtbot):
    begun, stopped, errors = threading.Event(), threading.Event(), []

    def endless(progress):
        try:
            for part in range(10**9):
                progress(min(part * 0.02, 0.9))
                begun.set()
        except JobCancelledError:
            stopped.set()
            raise

    jobs.submit(Computation(endless, reports=True), lambda _: None, errors.append)
    assert begun.wait(10)
    qtbot.waitUntil(lambda: jobs.running[0].fraction > 0)
    jobs.cancel(jobs.running[0])
    assert stopped.wait(10)
    assert isinstance(errors[0], JobCancelledError)
    assert not jobs.running


def test_what_waits_for_the_jobs_there_are_does_not_wait_for_later_ones(jobs, qtbot):
    go, later, ended = threading.Event(), threading.Event(), []
    jobs.submit(Computation(go.wait, (10,), key="early"), ended.append)
    jobs.submit(Computation(go.wait, (10,), key="given up"), ended.append, owner="panel")
    jobs.release("panel")
    jobs.when_done(lambda: ended.append("closed"))
    jobs.submit(Computation(later.wait, (10,), key="late", slow=True), ended.append)
    qtbot.wait(50)
    assert ended == []
    go.set()
    qtbot.waitUntil(lambda: "closed" in ended)
    assert len(jobs.running) == 1
    later.set()
    qtbot.waitUntil(lambda: not jobs.running)
    jobs.when_done(lambda: ended.append("at once"))
    assert ended[-1] == "at once"


def test_an_error_reaches_whoever_asked(jobs, qtbot):
    errors = []
    jobs.submit(Computation(lambda: 1 / 0), lambda _: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_a_listener_that_raises_does_not_keep_the_news_from_the_others(jobs, qtbot, monkeypatch):
    reported, results, ended = [], [], []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, _: reported.append(kind))
    go = threading.Event()
    work = Computation(lambda: go.wait(10) and "done", key="shared")
    for owner in ("first", "second"):
        jobs.submit(work, lambda _: 1 / 0, owner=owner)
    jobs.submit(work, results.append, owner="third")
    jobs.when_done(lambda: 1 / 0)
    jobs.when_done(lambda: ended.append("closed"))
    go.set()
    qtbot.waitUntil(lambda: results == ["done"])
    assert ended == ["closed"]
    assert reported == [ZeroDivisionError] * 3
    assert not jobs.running


def test_slow_computations_run_one_after_the_other_beside_quick_ones(jobs, qtbot):
    go, running, most, ended = threading.Event(), [], [], []

    def long():
        running.append(1)
        most.append(len(running))
        go.wait(10)
        running.pop()

    for number in range(3):
        jobs.submit(Computation(long, key=f"slow {number}", slow=True), ended.append)
    qtbot.waitUntil(lambda: bool(running))
    quick = []
    jobs.submit(Computation(lambda: 7, key="quick"), quick.append)
    qtbot.waitUntil(lambda: quick == [7])
    assert len(running) == 1
    go.set()
    qtbot.waitUntil(lambda: len(ended) == 3)
    assert max(most) == 1


def test_an_error_is_not_kept_as_a_result(jobs, qtbot):
    answers, errors = [], []

    def fail():
        raise ValueError("no")

    jobs.submit(Computation(fail, key="same"), answers.append, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert not jobs.submit(Computation(lambda: 5, key="same"), answers.append)
    qtbot.waitUntil(lambda: answers == [5])


def test_closing_stops_what_runs_and_never_begins_what_waits(qtbot):
    jobs = Jobs(kept=Results())
    begun, stopped, told, afterwards = threading.Event(), threading.Event(), [], []

    def endless(progress):
        begun.set()
        try:
            while True:
                progress(0.5)
        except JobCancelledError:
            stopped.set()
            raise

    jobs.submit(Computation(endless, reports=True, slow=True), told.append, told.append)
    jobs.submit(Computation(lambda: told.append("begun"), slow=True), told.append, told.append)
    jobs.when_done(lambda: afterwards.append("done"))
    assert begun.wait(10)
    assert not afterwards
    with qtbot.waitSignal(jobs.closed):
        jobs.close()
    assert stopped.is_set()
    assert [type(news) for news in told] == [JobCancelledError] * 2
    assert afterwards == ["done"]
    assert not jobs.running


def test_progress_is_announced_by_the_hundredth_and_at_the_end(jobs, qtbot):
    results, announced = [], []
    listening = threading.Event()

    def thousandths(progress):
        assert listening.wait(10)
        for part in range(1001):
            progress(part / 1000)
        return "done"

    jobs.submit(Computation(thousandths, reports=True), results.append)
    job = jobs.running[0]
    jobs.changed.connect(lambda: announced.append(job.fraction))
    listening.set()
    qtbot.waitUntil(lambda: results == ["done"])
    assert job.fraction == 1.0
    assert 90 <= len(announced) <= 102


def test_a_patient_job_that_is_released_in_time_never_begins(jobs, qtbot):
    begun, results = [], []
    patient = Computation(lambda: begun.append("begun"), patient=True)
    jobs.submit(patient, results.append, owner="a panel")
    assert len(jobs.running) == 1
    jobs.submit(Computation(lambda: "another"), results.append, owner="a panel")
    qtbot.waitUntil(lambda: results == ["another"])
    ended = []
    jobs.submit(Computation(lambda: "patient", patient=True), ended.append)
    qtbot.waitUntil(lambda: ended == ["patient"])
    assert not begun


def refining(go):
    """A computation that gives a coarse result and waits for ``go`` before the exact one."""

    def compute(coarse):
        coarse("about 3")
        go.wait(10)
        return "3.14159"

    return Computation(compute, key="pi", refines=True)


def test_a_coarse_result_comes_before_the_exact_one_and_is_not_kept(jobs, qtbot):
    go, early, late = threading.Event(), [], []
    jobs.submit(refining(go), late.append, owner="panel", on_coarse=early.append)
    qtbot.waitUntil(lambda: early == ["about 3"])
    assert late == []
    assert jobs.cache.get("pi") == (False, None)
    jobs.submit(refining(go), late.append, owner="another", on_coarse=early.append)
    assert early == ["about 3", "about 3"]  # who asks later sees it, too
    go.set()
    qtbot.waitUntil(lambda: late == ["3.14159", "3.14159"])
    assert jobs.cache.get("pi") == (True, "3.14159")


def test_who_stopped_waiting_gets_no_coarse_result(jobs, qtbot):
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()
    early: list[str] = []

    def compute(coarse):
        begun.set()
        go.wait(10)
        try:
            coarse("late")
        finally:
            ended.set()

    work = Computation(compute, key="late", refines=True)
    jobs.submit(work, early.append, owner="panel", on_coarse=early.append)
    qtbot.waitUntil(begun.is_set)
    jobs.release("panel")
    go.set()
    qtbot.waitUntil(ended.is_set)
    qtbot.wait(50)
    assert early == []
