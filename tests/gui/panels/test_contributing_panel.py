"""The panel that CONTRIBUTING.md shows, on the bench as it stands."""

import numpy as np
from contributing import example


def test_the_panel_of_the_guide_draws_and_exports(bench):
    bench.select(2)
    panel = bench.show(example("A panel").MeanRatePanel)
    assert panel.has_content
    table = panel.table()
    assert list(table.arrays) == ["stimulus 0", "stimulus 1"]
    _, drawn = panel.curves[1].getData()
    np.testing.assert_allclose(drawn, table.arrays["stimulus 1"])
