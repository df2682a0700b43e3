"""The pace of a sweep, on a clock of the test's own."""

import math
from dataclasses import replace

import pytest

from l2l_engine.config import RunType
from l2l_engine.sweeps.grid import grid
from l2l_engine.sweeps.pace import PaceMeter

FULL, PERTURBED = grid([0], [RunType.Full, RunType.DSManifPert])
RUNNING = replace(FULL, state="running", trials=100, trials_left=900.0)
WAITING = replace(PERTURBED, trials_left=1000.0)


class Looks:
    """Looks at two runs, each at its time, in seconds."""

    def __init__(self):
        self.now = 0.0
        self.meter = PaceMeter(lambda: self.now)

    def at(self, now, *runs):
        self.now = now
        return self.meter(runs)


@pytest.fixture
def looks():
    return Looks()


def trained(run, trials):
    return replace(run, trials=run.trials + trials, trials_left=run.trials_left - trials)


def test_time_left_is_of_the_run_and_of_all(looks):
    looks.at(0, RUNNING, WAITING)
    looks.at(1, trained(RUNNING, 1), WAITING)
    pace = looks.at(11, (run := trained(RUNNING, 201)), WAITING)
    assert pace.rate == 20
    assert pace.left(run) == pytest.approx(699 / 20)
    assert pace.seconds_left == pytest.approx(1699 / 20)
    assert pace.fraction == 301 / 2000


def test_starting_the_workers_does_not_count(looks):
    looks.at(0, RUNNING)
    pace = looks.at(30, trained(RUNNING, 20))
    assert pace.seconds_left == math.inf
    assert pace.left(RUNNING) == math.inf
    assert looks.at(32, trained(RUNNING, 220)).rate == 100
    assert looks.at(40, trained(RUNNING, 220)).rate == 100  # between two looks into the file


def test_rate_forgets_what_was_more_than_five_minutes_ago(looks):
    looks.at(0, RUNNING)
    for second in range(1, 400, 10):  # 1 trial a second, and then 10
        looks.at(second, trained(RUNNING, second))
    for second in range(1, 320, 10):
        pace = looks.at(400 + second, trained(RUNNING, 400 + 10 * second))
    assert pace.rate == pytest.approx(10, rel=0.01)


def test_runs_abreast_share_the_rate_and_inherited_trials_are_not_run(looks):
    looks.at(0, RUNNING, WAITING)
    looks.at(1, trained(RUNNING, 1), WAITING)
    branched = replace(WAITING, state="running", trials=9000, inherited=9000)
    assert looks.at(11, trained(RUNNING, 201), branched).rate == 10
