"""What every panel keeps to, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from bench import Bench, click
from other_session import PROBLEMS, SHORT, UNSAVED, write_gaps, write_short
from PyQt6.QtGui import QImage

from l2l_engine.config import L2LError
from l2l_gui.look.theme import theme
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels import PANELS
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Computation,
    Flag,
    Needs,
    Panel,
    PanelData,
    Ready,
    View,
)
from l2l_gui.panels.perturb import noise_curve, psychometric

ROUNDED = {"OutputCurrentsPanel": 0.02}
"""Fraction of pixels that may differ: rows whose heights Qt rounds by where they were before."""
VIEWS = {entry.panel: entry for entry in PANELS if entry.workspace != "figures"}


@pytest.fixture
def two_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the curves over many noisy trials."""
    for module in (noise_curve, psychometric):
        monkeypatch.setattr(module, "REPEATS", 2)


@pytest.fixture
def short(bench: Bench, tmp_path: Path) -> OpenSession:
    """A second session on the bench, of other size and timing."""
    session = OpenSession.open(write_short(tmp_path / "short.h5"))
    bench.context.sessions.add(session)
    return session


@pytest.fixture
def gaps(bench: Bench, tmp_path: Path) -> OpenSession:
    """A third session on the bench, of a long trial and rates of both signs, with gaps."""
    session = OpenSession.open(write_gaps(tmp_path / "gaps.h5"))
    bench.context.sessions.add(session)
    return session


def look_at(bench: Bench, session: OpenSession, problem: int, *beside: OpenSession, **rest) -> None:
    """Select a session, others beside it and one of its problems, as opening it does."""
    config = session.config
    others = (other.path for other in beside if other is not session)
    bench.selection.update(sessions=(session.path, *others))
    bench.selection.set_limits(session.problems, config.steps * config.dt)
    bench.select(problem, **rest)
    bench.settle()


def rest(bench: Bench, panel: Panel) -> None:
    """Wait until all is drawn, also what the lab simulates on a thread of its own."""
    bench.settle()
    bench.qtbot.waitUntil(lambda: panel.settled, timeout=60_000)
    bench.settle()


def pixels(panel: Panel) -> np.ndarray:
    if (focused := panel.window().focusWidget()) is not None:
        focused.clearFocus()  # the ring of whoever has the keyboard is not the panel's
    image = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def compare(bench: Bench, used: Panel, place: str) -> None:
    """Hold a panel that has a history to what a new one draws of the same."""
    rest(bench, used)
    fresh = bench.show(type(used), (640, 420))
    rest(bench, fresh)
    assert used.empty_words == fresh.empty_words, place
    differ = (pixels(used) != pixels(fresh)).any(axis=2)
    allowed = ROUNDED.get(type(used).__name__, 0.0)
    assert differ.mean() <= allowed, f"{place}: {differ.sum()} pixels differ"
    fresh.hide()


@pytest.mark.parametrize("name", list(VIEWS))
def test_after_any_history_a_panel_draws_what_a_new_one_draws(
    bench, short, gaps, two_repeats, name
):
    kind = VIEWS[name].load()
    beside = (bench.session, short) if VIEWS[name].workspace == "compare" else ()
    if beside:
        look_at(bench, bench.session, 4, *beside)
    used = bench.show(kind, (640, 420))
    rest(bench, used)
    assert used.has_content
    for option in kind.options:
        if isinstance(option, Flag):
            used.option_values.set(option.name, not option.default)
        elif isinstance(option, Choice):
            used.option_values.set(option.name, list(option.choices)[-1])
    bench.select(2, stimulus=0, time=1900.0)
    bench.settle()
    theme.set_mode("dark")
    look_at(bench, short, 6, *beside, group=Group(3, 4), stimulus=None, time=10.0)
    used.set_state({option.name: option.default for option in kind.options})
    rest(bench, used)
    theme.set_mode("light")
    look_at(bench, bench.session, 5, *beside)
    look_at(bench, short, 3, *beside, group=Group(2, 3), stimulus=1, time=350.0)
    compare(bench, used, "a shorter trial")
    beside = beside and (gaps, short)
    look_at(bench, gaps, 5, *beside, group=Group(2, 5), stimulus=None, time=2400.0)
    compare(bench, used, "tanh, a longer trial, gaps")
    look_at(bench, gaps, max(UNSAVED) + 1, *beside, group=Group(2, 6), stimulus=0)
    compare(bench, used, "a problem whose network is lost")
    bench.selection.update(problem=PROBLEMS, follow_live=True)
    bench.settle()
    compare(bench, used, "live, and the newest network lost")
    look_at(bench, bench.session, 6, *(beside and (bench.session, gaps)), stimulus=None)
    bench.selection.update(problem=6, follow_live=True)
    bench.settle()
    bench.grow(7)
    compare(bench, used, "live, one problem further")


# -- the base, with a panel made for the purpose --------------------------------------------


class Counts(Panel[int]):
    """Draws a number."""

    name, title, help = "counts", "Counts", "Numbers."
    depends = frozenset({"problem", SNAPSHOT})
    points_at = frozenset({"stimulus"})
    options = (Flag("twice", "Twice"), Choice("of", "Of", {"a": "A", "b": "B"}))

    def build(self):
        self.plot = pg.PlotWidget()
        self.body_layout.addWidget(self.plot)
        self.drawn, self.marked, self.asked = [], 0, 0
        self.function = lambda number: number

    def ask(self, view: View):
        self.asked += 1
        number = view.selection.problem or 0
        return Computation(self.function, (number,), key=("counts", self.function, number))

    def draw(self, answer: Answer[int]) -> None:
        self.drawn.append((answer.value, answer.view.selection.problem, answer.view["twice"]))

    def mark(self, answer: Answer[int]) -> None:
        self.marked += 1

    def data(self, answer: Answer[int]) -> PanelData:
        return PanelData({"number": answer.value}, notes=answer.view.notes())


def test_what_only_moves_marks_draws_nothing_else(bench):
    panel = bench.show(Counts)
    assert (panel.drawn, panel.marked) == ([(4, 4, False)], 1)
    bench.selection.update(stimulus=1)
    bench.settle()
    assert (len(panel.drawn), panel.marked) == (1, 2)
    assert panel.answer.view.selection.stimulus == 1


def test_a_computation_is_drawn_with_the_view_it_was_asked_for(bench):
    panel = bench.show(Counts)
    number = iter(range(100))

    def slow(problem):
        next(number)
        import time

        time.sleep(0.2)
        return problem

    panel.function = slow
    bench.select(2)
    bench.qtbot.waitUntil(lambda: bool(bench.context.jobs.running))
    bench.selection.update(time=500.0)
    bench.select(3)
    bench.settle()
    assert all(value == problem for value, problem, _ in panel.drawn)
    assert panel.drawn[-1][0] == 3


def test_a_hidden_panel_releases_its_job_and_asks_again_when_seen(bench):
    panel = bench.show(Counts)

    def slow(problem):
        import time

        time.sleep(0.3)
        return problem

    panel.function = slow
    bench.select(2)
    bench.qtbot.waitUntil(lambda: bool(bench.context.jobs.running))
    panel.hide()
    assert not bench.context.jobs.running
    assert not panel.settled
    panel.show()
    bench.settle()
    assert panel.drawn[-1][0] == 2


def test_other_sessions_are_asked_about_though_no_field_it_shows_differs(bench, short):
    panel = bench.show(Counts)
    before = panel.asked
    bench.selection.update(sessions=(short.path,))
    bench.settle()
    assert panel.asked == before + 1
    assert panel.answer.view.session is short
    assert panel.table().notes == ("Session short",)


def test_a_run_that_goes_on_lets_a_computation_end(bench):
    panel = bench.show(Counts)

    def slow(problem):
        import time

        time.sleep(0.3)
        return problem

    panel.function = slow
    bench.select(2)
    bench.qtbot.waitUntil(lambda: bool(bench.context.jobs.running))
    asked = panel.asked
    for _ in range(5):
        bench.context.sessions.advanced.emit(bench.session)
        bench.qtbot.wait(5)
    assert panel.asked == asked
    bench.settle()
    assert panel.asked == asked + 1  # once more, for how the run stands now
    assert panel.drawn[-1][0] == 2


def test_a_run_that_goes_on_draws_nothing_where_nothing_differs(bench):
    panel = bench.show(Counts)
    asked, drawn = panel.asked, len(panel.drawn)
    bench.context.sessions.advanced.emit(bench.session)
    bench.settle()
    assert panel.asked == asked + 1
    assert len(panel.drawn) == drawn


class Selected(Counts):
    """Needs a problem with one before it."""

    name = "selected"
    needs = Needs("see a number", problems=2, selected=True)


def test_what_is_missing_is_said_before_a_panel_is_asked(bench):
    panel = bench.show(Selected)
    asked = panel.asked
    bench.select(1)
    bench.settle()
    assert panel.empty_words.startswith("Problem 1 has no problem before it")
    bench.grow(1)
    bench.settle()
    assert panel.empty_words.startswith("Train until 2 problems are learned to see a number")
    bench.selection.update(sessions=())
    bench.settle()
    assert panel.empty_words == "Open a session or make a new one to see a number."
    assert panel.asked == asked


def test_the_mouse_points_at_what_is_drawn_and_at_nothing_before(bench):
    panel = bench.show(Selected)
    plot, heard = panel.plot.getPlotItem(), []
    pointing = panel.point_at(plot, lambda answer, x, y: 2, lambda answer, x, y: f"{answer.value}")
    assert pointing.tip(0.0, 0.0) == "4"
    bench.selection.changed.connect(lambda chosen, _: heard.append(chosen.problem))
    middle = plot.vb.viewRect().center()
    click(bench.qtbot, panel.plot, plot, middle.x(), middle.y())
    assert heard == [2]
    bench.select(1)
    bench.settle()
    assert pointing.tip(0.0, 0.0) is None


def test_what_failed_is_not_tried_again_until_something_else_is_selected(bench):
    panel, tried = bench.show(Counts), []

    def refuse(problem):
        tried.append(problem)
        raise L2LError("No such network.")

    panel.function = refuse
    bench.select(2)
    bench.settle()
    assert panel.empty_words.startswith("No such network.")
    for _ in range(3):
        bench.context.sessions.advanced.emit(bench.session)
        bench.settle()
    assert tried == [2]
    bench.select(3)
    bench.settle()
    assert tried == [2, 3]


def test_options_are_drawn_remembered_and_undone(bench):
    panel = bench.show(Counts)
    twice, of = panel.tools()
    twice.trigger()
    of.menu().actions()[1].trigger()
    bench.settle()
    assert panel.drawn[-1] == (4, 4, True)
    assert panel.state() == {"twice": True, "of": "b"}
    panel.option_values.history.undo()
    panel.option_values.history.undo()
    bench.settle()
    assert panel.drawn[-1] == (4, 4, False)
    assert not twice.isChecked()
    panel.option_values.history.redo()
    assert twice.isChecked()
    panel.set_state({"twice": "perhaps", "of": "b", "unknown": 1})
    assert panel.state() == {"twice": True, "of": "b"}
    assert not panel.option_values.history.canUndo()


def test_a_theme_change_draws_again_even_what_was_hidden_meanwhile(bench):
    panel = bench.show(Counts)
    theme.set_mode("dark")
    assert len(panel.drawn) == 2
    panel.hide()
    theme.set_mode("light")
    assert len(panel.drawn) == 2
    panel.show()
    bench.settle()
    assert len(panel.drawn) == 3


def test_a_view_goes_through_json_and_a_panel_is_rebuilt_from_it(bench, short):
    panel = bench.show(Counts)
    panel.option_values.set("of", "b")
    bench.settle()
    view = panel.answer.view
    rebuilt = View.rebuilt(json.loads(json.dumps(view.plain())), bench.context.sessions)
    assert rebuilt == view
    look_at(bench, short, PROBLEMS)
    assert bench.selection.duration == SHORT.steps * SHORT.dt
    panel.pin(rebuilt)
    bench.settle()
    assert panel.answer.view == view
    panel.pin(None)
    bench.settle()
    assert panel.answer.view.session is short


class Refined(Counts):
    """Draws a number, and later its square."""

    name = "refined"

    def ask(self, view: View):
        return Ready(view.selection.problem)

    def refine(self, answer: Answer[int]):
        return Computation(lambda: answer.value**2, key=("square", answer.value))

    def draw(self, answer: Answer[int]) -> None:
        self.drawn.append((answer.value, answer.more))


def test_what_takes_longer_is_drawn_when_it_is_there(bench):
    panel = bench.show(Refined)
    assert panel.drawn == [(4, None), (4, 16)]
    bench.select(3)
    bench.settle()
    assert panel.drawn[2:] == [(3, None), (3, 9)]
