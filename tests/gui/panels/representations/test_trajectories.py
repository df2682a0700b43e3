"""Trajectories of a group of problems, turned and clicked."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt

from l2l_engine.analysis.subspaces import representations
from l2l_gui.look.theme import theme
from l2l_gui.model.selection import Group
from l2l_gui.panels import problem_groups
from l2l_gui.panels.problem_groups import problems_in_words, spread
from l2l_gui.panels.representations.trajectories import TrajectoriesPanel
from l2l_gui.widgets.choice_bar import ChoiceBar


@pytest.fixture
def panel(bench):
    return bench.show(TrajectoriesPanel, (900, 500))


def expected(bench, numbers):
    reader = bench.session.reader(6)
    places = np.array(numbers) - 1
    return representations(reader.weights(places), reader.stimuli[places], reader.config)


def test_parts_are_those_of_the_group(bench, panel):
    whole = expected(bench, [2, 3, 4])
    data = panel.table().plain()
    assert set(data["problem"].tolist()) == {2, 3, 4}
    own = (data["part"] == "residual decision") & (data["stimulus"] == "1") & (data["problem"] == 3)
    steps = data["time"][own].astype(int) - 1
    assert len(steps) == 200  # as many as are drawn
    for axis in range(3):
        wanted = whole.coordinates.residual_decision[1, 1, steps, axis]
        np.testing.assert_allclose(data[f"component {axis + 1}"][own], wanted, atol=1e-3)
    mean = (data["part"] == "mean decision") & (data["problem"] == 4)
    assert set(data["stimulus"][mean].tolist()) == {"both"}
    wanted = whole.coordinates.mean_decision[2, steps, 0]
    np.testing.assert_allclose(data["component 1"][mean], wanted, atol=1e-3)
    drawn = panel.parts["stimulus"].drawing
    owners = [2, 3, 4, 4, 2, 3, 4, 4]  # the selected problem once more, thick
    np.testing.assert_array_equal(np.concatenate(drawn.owners), owners)
    assert panel.heard[-1].startswith("problems 2–4; decision subspace holds 9")


def test_the_selected_problem_is_thick_and_follows_the_selection(bench, panel):
    def thick():
        view = panel.parts["residual_decision"]
        return [
            int(owners[0])
            for family, owners in zip(view.drawing.families, view.drawing.owners, strict=True)
            if family.width > 2
        ]

    assert thick() == [4, 4]
    bench.select(3)
    bench.settle()
    assert thick() == [3, 3]
    bench.select(3, stimulus=1)
    bench.settle()
    assert thick() == [3]
    bench.select(6)
    bench.settle()
    assert thick() == []


def test_a_click_on_a_trajectory_selects_its_problem(bench, panel, qtbot):
    panel.findChild(ChoiceBar).buttons["stimulus"].click()
    bench.settle()
    view = panel.parts["stimulus"]
    assert view.isVisible()
    assert not panel.parts["mean_decision"].isVisible()
    assert view.drawing.problem(0, 0) == 2
    family = view.plot._families[0]
    own = np.flatnonzero(family.lines.owner == 0)
    for place in own[::-5]:  # somewhere along it no other line is nearer
        scene = view.plot.plotItem.vb.mapViewToScene(_point(family.flat[place]))
        if view.plot._trajectory_at(scene) == (0, 0):
            break
    where = view.plot.mapFromScene(scene)
    qtbot.mouseMove(view.plot.viewport(), where)
    qtbot.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where))
    assert bench.selection.value.problem == 2


def _point(flat):
    from PyQt6.QtCore import QPointF

    return QPointF(float(flat[0]), float(flat[1]))


def test_the_time_cursor_stands_on_every_trajectory(bench, panel):
    bench.selection.update(time=1000.0)
    bench.settle()
    for view in panel.parts.values():
        assert panel.answer.value.times[view.plot._cursor] == 1000.0


def test_all_parts_turn_together_and_reset(bench, panel, qtbot):
    home = panel.camera.azimuth
    plot = panel.parts["stimulus"].plot
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert panel.camera.azimuth != home
    assert all(view.plot.camera is panel.camera for view in panel.parts.values())
    panel.reset_zoom()
    assert panel.camera.azimuth == home


def test_colours_by_number_run_from_early_to_late(bench, panel):
    panel.option_values.set("by_number", True)
    bench.settle()
    names = [sign.words for sign in panel.legend.signs]
    assert names[:2] == ["2–2", "3–3"]
    first, second = (family.color for family in panel.parts["stimulus"].drawing.families[:2])
    assert first.startswith("#")
    assert first != second


def test_the_group_can_be_seen_in_the_subspaces_of_training(bench, panel):
    own = panel.answer.value.subspaces.decision
    menu = next(action.menu() for action in panel.tools() if action.menu() is not None)
    next(action for action in menu.actions() if "with noise" in action.text()).trigger()
    bench.settle()
    from l2l_engine.manifold import SubspaceFinder
    from l2l_engine.training.readout_perturbation import noisy_states

    reader, found = bench.session.reader(), SubspaceFinder()
    for place in range(6):
        found.add(noisy_states(reader.weights(place), reader.stimuli[place], place, reader.config))
    training = found.subspaces(4)
    used = panel.answer.value.subspaces
    np.testing.assert_allclose(
        used.decision_projector, training.decision @ training.decision.T, atol=1e-4
    )
    assert np.abs(used.decision - own).max() > 1e-3
    assert "with noise" in panel.heard[-1]


def test_choices_are_remembered(bench, panel):
    panel.option_values.set("part", "stimulus")
    panel.option_values.set("by_number", True)
    panel.camera.look_from(10, 20)
    state = panel.state()
    other = bench.show(TrajectoriesPanel)
    other.set_state(state)
    assert other.state() == state
    other.set_state({"part": 7, "basis": None, "camera": "?"})
    assert other.state() == state


def test_both_themes_draw(bench, panel):
    theme.set_mode("dark")
    bench.settle()
    assert panel.grab().toImage().pixelColor(5, 300).lightness() < 60


def test_before_anything_is_learned_it_says_what_to_do(bench):
    bench.grow(0)
    panel = bench.show(TrajectoriesPanel)
    assert not panel.has_content
    assert "press P" in panel._empty.label.text()
    assert panel.table() is None


def test_long_runs_are_looked_at_in_even_steps():
    assert spread(range(2, 52)) == tuple(range(2, 52))
    chosen = spread(range(1, 1002))
    assert len(chosen) == 251
    assert problems_in_words(chosen) == "every 4th of problems 1–1001"
    assert set(spread(range(1, 2000))) >= set(spread(range(1, 4000), 256)) & set(range(1, 2000))
    assert Group(1, 1).problems == range(1, 2)
    assert problems_in_words((7,)) == "problem 7"


def test_a_first_look_at_a_large_group_says_so_and_gives_way(bench, monkeypatch):
    monkeypatch.setattr(problem_groups, "EIGHTH", 2)
    monkeypatch.setattr(problem_groups, "FEWEST", 2)
    panel = bench.show(TrajectoriesPanel, (900, 500))
    early = [words for words in panel.heard if words.startswith("every 2nd of problems 2–4;")]
    assert early
    assert panel.heard[-1].startswith("problems 2–4;")
    np.testing.assert_array_equal(np.unique(panel.table().plain()["problem"]), [2, 3, 4])
    assert not panel._busy.isVisible()
