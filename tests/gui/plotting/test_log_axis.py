"""Labels of logarithmic axes."""

from __future__ import annotations

import numpy as np

from l2l_gui.plotting.log_axis import LogAxis


def test_counts_are_labelled_in_plain_figures_at_2_and_5_too_where_there_is_room(qapp):
    axis = LogAxis("left")
    axis.setLogMode(True)
    (_, labelled), (_, between) = axis.logTickValues(0, 2, 100, [])
    assert axis.logTickStrings(labelled, 1, 1.0) == ["1", "2", "5", "10", "20", "50", "100"]
    assert axis.logTickStrings(between, 1, None) == [""] * len(between)
    (_, labelled), _ = axis.logTickValues(-1, 4, 100, [])
    np.testing.assert_allclose(labelled, range(-1, 5))
    assert axis.logTickStrings(labelled, 1, 1.0)[-2:] == ["1,000", "10,000"]
