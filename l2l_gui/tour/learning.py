"""Opening a session, looking at what was learned and learning more, live."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from l2l_engine.config import RunConfig
from l2l_gui.look.theme import Mode
from l2l_gui.model.working_copy import first_session, sessions_folder
from l2l_gui.tour.driver import Tour, TourError
from l2l_gui.tour.frame_meter import FrameMeter
from l2l_gui.window.main_window import START_SIZE
from l2l_gui.window.view_menu import set_theme

TRAINING_SECONDS = 6.0
SMALL = RunConfig(problems=3, criterion_loss=0.2)
"""An easy run, for when there is no session to open."""


def show_the_window(tour: Tour) -> None:
    """Nothing is open yet."""
    tour.window.resize(START_SIZE)
    set_theme(Mode.LIGHT)
    tour.window.show()
    tour.rest(0.2)
    tour.screenshot("01-empty")


def open_a_session(tour: Tour) -> None:
    """The one given, the one that comes with the program, or a small new one."""
    window = tour.window
    files = tour.files or first_session()
    if files:
        window.open_files(files)
    else:
        window.runner.create(sessions_folder() / "small.h5", SMALL)
    tour.wait_for("a session to open", lambda: window.runner.session is not None)
    tour.settle()
    tour.screenshot("02-session")


def select_learned_problems(tour: Tour) -> None:
    """By key, by slider and by clicking; every panel must show the problem chosen."""
    window = tour.window
    session = window.runner.session
    assert session is not None
    if not session.problems:
        train_a_problem(tour)
    last = window.selection.problems
    for number in sorted({1, max(1, last // 2), last}):
        window.selection.select_problem(number)
        tour.settle()
        for name in ("learning_curve", "trial", "activity", "present_problem"):
            if not tour.panel(name).has_content:
                raise TourError(f"The panel {name} shows nothing for problem {number}.")
        tour.screenshot(f"03-problem-{number}")
    tour.press("previous_problem")
    tour.settle()
    if last > 1 and window.selection.value.problem != last - 1:
        raise TourError("The key for the previous problem did not select it.")


def play_the_trial(tour: Tour) -> None:
    """The time cursor runs."""
    tour.press("play")
    tour.wait_for("the time to move", lambda: tour.window.selection.value.time > 300)
    tour.press("play")
    tour.screenshot("04-time")


def step_trials(tour: Tour) -> None:
    """Three trials, one at a time."""
    start = _trials(tour)
    for number in range(1, 4):
        tour.press("step_trial")
        wanted = start + number
        tour.wait_for("one trial", partial(_has_trials, tour, wanted))
        tour.wait_for("the trial to be over", lambda: not tour.window.runner.training)
    tour.settle()
    tour.screenshot("05-live-trial")


def train_a_problem(tour: Tour, picture: str = "06-problem-learned") -> None:
    """From the run's current state to the end of a problem, live."""
    window = tour.window
    session = window.runner.session
    assert session is not None
    before = session.problems
    tour.press("step_problem")
    tour.wait_for(
        "a problem to be learned",
        lambda: (now := window.runner.session) is not None and now.problems == before + 1,
    )
    tour.wait_for("training to pause", lambda: not window.runner.training)
    tour.settle()
    tour.screenshot(picture)


def train_at_full_speed(tour: Tour) -> None:
    """Some seconds of training while frames are measured; then pause."""
    window = tour.window
    meter = FrameMeter(window)
    trials, rates = _trials(tour), []
    window.runner.changed.connect(
        note := lambda: (
            rates.append(session.snapshot.rate)
            if (session := window.runner.session) is not None
            else None
        )
    )
    tour.press("run")
    tour.wait_for("training", lambda: _trials(tour) > trials)
    meter.start()
    tour.rest(TRAINING_SECONDS)
    meter.stop()
    tour.screenshot("07-training")
    tour.press("run")
    tour.wait_for("training to pause", lambda: not window.runner.training)
    window.runner.changed.disconnect(note)
    known = [rate for rate in rates if not math.isnan(rate)]
    if not known:
        raise TourError("No trial rate was seen while training.")
    tour.measure(**{"trials per second": round(float(np.median(known)), 1), **meter.report()})


def save_a_copy(tour: Tour) -> None:
    """A copy that opens again."""
    from l2l_engine.storage.session import Session

    target = sessions_folder() / "copy.h5"
    assert tour.window.runner.session is not None
    tour.trained = tour.window.runner.session.path
    tour.window.runner.save_copy(target)
    tour.wait_for("the copy", target.exists)
    with Session.open(target) as copy:
        tour.measure(problems=copy.n_problems, trials=copy.n_trials)


def follow_live_again(tour: Tour) -> None:
    """Back to the present."""
    tour.window.selection.select_problem(1)
    tour.press("follow_live")
    tour.settle()
    if not tour.window.selection.value.follow_live:
        raise TourError("Follow live did not bring the present back.")


def _has_trials(tour: Tour, number: int) -> bool:
    return _trials(tour) == number


def _trials(tour: Tour) -> int:
    session = tour.window.runner.session
    return 0 if session is None else session.snapshot.trials
