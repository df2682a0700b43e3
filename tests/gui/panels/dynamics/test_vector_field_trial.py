"""The vector-field change over the trial."""

from __future__ import annotations

import numpy as np
from bench import curve

from l2l_engine.analysis.vector_field import vector_field_change
from l2l_gui.panels.dynamics.vector_field_trial import TO_MILLI, VectorFieldTrialPanel


def test_norms_average_to_the_tables_row(bench):
    panel = bench.show(VectorFieldTrialPanel)
    session = bench.session
    table = vector_field_change(
        session.networks(range(3, 4)),
        session.networks(range(4, 5)),
        session.stimuli(4)[None],
        session.config,
    )
    values = panel.table().plain()
    for name, expected in (
        ("total", table.lengths.total),
        ("weight driven", table.lengths.weight_driven),
        ("state driven", table.lengths.state_driven),
    ):
        mean = np.mean([values[f"stimulus {stimulus} {name}"] for stimulus in (0, 1)])
        np.testing.assert_allclose(mean, expected[0], rtol=1e-6)


def test_parts_add_up_to_the_total(bench):
    panel = bench.show(VectorFieldTrialPanel)
    weight, state, _ = (curve(item)[1] for item in panel.grids[1].columns[0][0].curves)
    total = curve(panel.grids[0].columns[0][0].curves[0])[1]
    np.testing.assert_allclose(weight + state, total, atol=1e-9 * TO_MILLI)


def test_one_stimulus_takes_the_whole_width(bench):
    panel = bench.show(VectorFieldTrialPanel)
    assert panel.grids[0].columns[1][0].plot.isVisible()
    bench.selection.update(stimulus=1)
    bench.settle()
    assert not panel.grids[0].columns[1][0].plot.isVisible()
    assert "stimulus 1" in panel.grids[1].columns[0][0].plot.getAxis("bottom").labelText


def test_unsigned_parts_on_request(bench):
    panel = bench.show(VectorFieldTrialPanel)
    drawn = [curve(item)[1] for (part,) in panel.grids[1].columns for item in part.curves]
    assert min(values.min() for values in drawn) < 0
    panel.tools()[0].trigger()
    bench.settle()
    again = [curve(item)[1] for (part,) in panel.grids[1].columns for item in part.curves]
    np.testing.assert_allclose(again, np.abs(drawn))
    assert panel.state() == {"sizes": True}


def test_first_problem_has_nothing_before_it(bench):
    panel = bench.show(VectorFieldTrialPanel)
    bench.select(1)
    bench.settle()
    assert not panel.has_content
    assert "select a later one" in panel._empty.label.text()
