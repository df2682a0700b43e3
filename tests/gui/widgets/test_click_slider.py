"""A slider goes where it is clicked."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt

from l2l_gui.widgets.click_slider import ClickSlider


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_it_goes_where_it_is_clicked(qtbot, share):
    slider = ClickSlider()
    qtbot.addWidget(slider)
    slider.setRange(0, 2000)
    slider.resize(400, 24)
    slider.show()
    place = QPoint(round(400 * share), 12)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    assert slider.value() == pytest.approx(2000 * share, abs=60)
    assert slider.isSliderDown(), "it cannot be dragged on from there"
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
    assert slider.value() == pytest.approx(2000 * share, abs=60)
