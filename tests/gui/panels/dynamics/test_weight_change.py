"""The change of the recurrent weights."""

from __future__ import annotations

import numpy as np
from bench import curve

from l2l_gui.panels.dynamics.weight_change import WeightChangePanel


def test_image_and_spectrum_are_those_of_the_difference(bench):
    panel = bench.show(WeightChangePanel)
    session = bench.session
    expected = np.subtract(
        session.network(4).recurrent, session.network(3).recurrent, dtype=np.float64
    )
    np.testing.assert_allclose(panel.map.image.image, expected)
    values = np.linalg.svd(expected, compute_uv=False)
    np.testing.assert_allclose(curve(panel.values)[1], values, atol=1e-12)
    assert f"{panel.answer.value.structure.effective_rank:.1f}" in panel.rank.label.format
    low, high = panel.map.bar.levels()
    assert low == -high


def test_rows_are_the_units_that_send(bench):
    panel = bench.show(WeightChangePanel)
    assert panel.pointing[0].tip(7.2, 2.9).startswith("From unit 3 to 7: ")
    assert f"{panel.map.image.image[2, 6]:+.3g}" in panel.pointing[0].tip(7.2, 2.9)
    assert panel.pointing[0].tip(-3, 5) is None
    for side, label in (("left", "From unit"), ("bottom", "To unit")):
        assert panel.map.plot.getAxis(side).labelText == label


def test_shares_add_up_over_a_basis_and_are_exported(bench):
    panel = bench.show(WeightChangePanel)
    data = panel.table().tables("")["shares"]
    assert ((data["read"] > 0) & (data["read"] <= 1)).all()
    np.testing.assert_allclose(data["chance"], [0.04, 0.03, 0.02])
    heights = panel.bars[1].opts["height"]
    np.testing.assert_allclose(heights, 100 * data["written"])


def test_another_group_turns_the_subspaces(bench):
    panel = bench.show(WeightChangePanel)
    before = panel.table().tables("")["shares"]["read"]
    bench.select(4, group=bench.selection.value.group._replace(start=4))
    bench.settle()
    assert not np.allclose(before, panel.table().tables("")["shares"]["read"])


def test_first_problem_is_compared_with_the_untrained_network(bench):
    panel = bench.show(WeightChangePanel)
    bench.select(1)
    bench.settle()
    assert "untrained" in panel.heard[-1]


def test_zoom_resets_to_the_whole_matrix(bench):
    panel = bench.show(WeightChangePanel)
    panel.map.plot.setXRange(10, 20)
    panel.reset_zoom()
    np.testing.assert_allclose(panel.map.plot.vb.viewRange()[0], [0.5, 100.5])
