"""How much subspaces explain, of the group and of every problem."""

from __future__ import annotations

import numpy as np
from bench import click, curve
from test_trajectories import expected

from l2l_engine import network
from l2l_gui.panels.representations.variance_explained import VarianceExplainedPanel


def test_shares_are_those_of_the_subspaces(bench):
    panel = bench.show(VarianceExplainedPanel)
    found = expected(bench, [2, 3, 4]).subspaces
    _, shares = curve(panel.each["decision"])
    np.testing.assert_allclose(shares, 100 * found.decision_explained[:10])
    _, sums = curve(panel.cumulated["stimulus"])
    np.testing.assert_allclose(sums, 100 * np.cumsum(found.stimulus_explained)[:10])


def test_what_the_group_captures_of_a_later_problem(bench):
    panel = bench.show(VarianceExplainedPanel)
    reader, found = bench.session.reader(), expected(bench, [2, 3, 4]).subspaces
    states = network.simulate(
        reader.weights([5]).astype(np.float64), reader.stimuli[[5]], reader.config
    )
    inside = np.square(states @ found.decision).sum() / np.square(states).sum()
    numbers, captured = curve(panel.captured["decision"])
    np.testing.assert_array_equal(numbers, np.arange(1, 7))
    np.testing.assert_allclose(captured[5], 100 * inside, rtol=1e-4)
    assert panel.band.getRegion() == (1.5, 4.5)


def test_a_click_selects_and_another_group_moves_the_band(bench, qtbot):
    panel = bench.show(VarianceExplainedPanel)
    click(qtbot, panel.view, panel.over_problems, 5.2, 50)
    assert bench.selection.value.problem == 5
    bench.settle()
    assert panel.line.value() == 5
    assert "problem 5:" in panel.heard[-1]
    bench.select(5, group=bench.selection.value.group._replace(start=4))
    bench.settle()
    assert panel.band.getRegion() == (3.5, 6.5)
    assert "problems 4–6" in panel.heard[-1]


def test_new_problems_join_without_simulating_the_old_again(bench, monkeypatch):
    panel = bench.show(VarianceExplainedPanel)
    simulated = []
    real = network.simulate

    def counting(weights, *arguments, **options):
        simulated.append(len(weights))
        return real(weights, *arguments, **options)

    monkeypatch.setattr(network, "simulate", counting)
    bench.grow(8)
    bench.settle()
    assert sum(simulated) == 2
    assert len(panel.table().tables("")["captured"]["problem"]) == 8


def test_hidden_it_computes_nothing(bench):
    panel = bench.show(VarianceExplainedPanel)
    panel.hide()
    bench.grow(9)
    bench.settle()
    assert not bench.context.jobs.running
    assert len(panel.answer.value.moments.numbers) == 6
    panel.show()
    bench.settle()
    assert len(panel.answer.value.moments.numbers) == 9
