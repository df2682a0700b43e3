"""The one legend of all plots."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from l2l_gui.look.theme import theme
from l2l_gui.plotting.ink import DASHED, Ink
from l2l_gui.plotting.legend import DASHED as DASHES
from l2l_gui.plotting.legend import LINE, Legend, Sign

SIGNS = [Sign(LINE, "stimulus0", f"a curve of some length {number}") for number in range(6)]


def test_it_wraps_where_it_is_narrow_and_leaves_the_height_of_the_rest_alone(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    legend = Legend(*SIGNS)
    column.addWidget(legend)
    assert not column.hasHeightForWidth()
    holder.resize(1200, 300)
    holder.show()
    line = legend.height()
    holder.resize(300, 300)
    qtbot.waitUntil(lambda: legend.height() > 2 * line)
    holder.resize(1200, 300)
    qtbot.waitUntil(lambda: legend.height() == line)
    legend.show_signs(*SIGNS, *SIGNS)
    assert legend.height() > line


def test_a_sign_is_drawn_as_the_line_it_explains_in_the_present_theme(qtbot):
    sign = Sign.of(Ink("stimulus", 2, DASHED), "weights <W>")
    assert (sign.mark, sign.colour) == (DASHES, "stimulus")
    legend = Legend(sign)
    qtbot.addWidget(legend)
    assert theme.color("stimulus").name() in legend.text()
    assert "&lt;W&gt;" in legend.text()
