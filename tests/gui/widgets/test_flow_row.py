"""A row of widgets that breaks where the width ends."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from l2l_gui.widgets.flow_row import FlowRow


class Block(QLabel):
    """A label of 100 by 20 pixels."""

    def sizeHint(self):
        return super().sizeHint().expandedTo(self.minimumSize())


@pytest.mark.parametrize(
    ("width", "rows"), [(400, [3]), (230, [2, 1]), (120, [1, 1, 1]), (50, [1, 1, 1])]
)
def test_widgets_go_to_the_next_row_where_the_width_ends(qtbot, width, rows):
    holder = QWidget()
    qtbot.addWidget(holder)
    row = FlowRow(spacing=10)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    blocks = [Block() for _ in range(3)]
    for block in blocks:
        block.setFixedSize(100, 20)
        row.add(block)
    column.addWidget(row)
    column.addStretch()
    row.setMinimumWidth(0)
    holder.resize(width, 200)
    holder.show()
    qtbot.waitUntil(lambda: row.height() == 20 * len(rows) + 10 * (len(rows) - 1))
    tops = [block.y() for block in blocks]
    assert [tops.count(top) for top in sorted(set(tops))] == rows
    assert row.minimumSizeHint().width() == 100
    assert row.sizeHint().width() == 320
    assert not holder.layout().hasHeightForWidth()


def test_a_list_is_as_narrow_as_the_row_and_even_widgets_stand_below_each_other(qtbot):
    row = FlowRow(spacing=2, even=True)
    qtbot.addWidget(row)
    box = QComboBox()
    box.addItem("a choice of a great many words")
    box.setMinimumContentsLength(4)
    words = [QLabel("one"), QLabel("another, longer"), QLabel("two")]
    for widget in words:
        row.add(widget)
    row.resize(260, 100)
    row.show()
    assert words[0].x() == words[2].x()
    assert words[0].width() == words[1].width()
    row.add(box)
    row.resize(120, 200)
    assert box.width() == 120
    assert row.minimumSizeHint().width() <= 120


def test_a_list_that_gets_longer_choices_gets_their_width(qtbot):
    row = FlowRow()
    qtbot.addWidget(row)
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.addItem("few")
    row.add(box)
    row.resize(500, 60)
    row.show()
    before = box.width()
    box.addItem("a choice of a great many words")
    qtbot.waitUntil(lambda: box.width() > before)
    assert box.width() == box.sizeHint().width()
