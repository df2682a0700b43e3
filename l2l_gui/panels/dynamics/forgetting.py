"""The forgetting matrix: what later learning does to earlier problems."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Computation,
    Needs,
    Panel,
    PanelData,
    Table,
    View,
)
from l2l_gui.panels.dynamics.forgetting_of import Matrix, matrix_of, tried
from l2l_gui.plotting.fitting import without_values
from l2l_gui.plotting.image_plot import ImagePlot
from l2l_gui.plotting.ink import CURSOR, PLAIN, ZERO, dots, inked
from l2l_gui.plotting.plots import ProblemLine, apart, dressed, grid_view

MEASURES = {"loss": "task loss", "accuracy": "accuracy"}
FLOOR, CEILING = 1e-3, 3.0
"""Losses (nats) at the ends of the colours."""
LOSS_TICKS = (0.001, 0.01, 0.1, 1.0)
ACCURACY_TICKS = (0.0, 0.5, 1.0)


class ForgettingPanel(Panel[Matrix]):
    """Loss or accuracy on problem i of the network after problem j."""

    name = "forgetting"
    title = "Forgetting"
    recipe = "forgetting"
    depends = frozenset({SNAPSHOT})
    points_at = frozenset({"problem"})
    needs = Needs("see what is forgotten", problems=2)
    options = (Choice("measure", "Colour", MEASURES, bar="list"),)

    def build(self) -> None:
        """An image with its bar over a curve."""
        self.view = grid_view(margins=(0, 0, 4, 0))
        self.body_layout.addWidget(self.view)
        self.map = ImagePlot(self.view, "Problem tried", bar_width=40)
        self.transfer = dressed(self.view.addPlot(1, 0), "Transfer", "Network after problem")
        self.view.ci.layout.setRowStretchFactor(0, 3)
        self.view.ci.layout.setRowStretchFactor(1, 1)
        without_values(self.map.plot)
        self.transfer.setXLink(self.map.plot)
        line = self.transfer.plot(symbol="o", symbolSize=4)
        self.curve = inked(line, pen=PLAIN, **dots(PLAIN))
        self.transfer.addItem(inked(pg.InfiniteLine(angle=0), pen=ZERO))
        for plot, angle in ((self.map.plot, 90), (self.map.plot, 0), (self.transfer, 90)):
            ProblemLine(plot, angle, CURSOR)
        self.pointing = self.point_at(self.map.plot, _problem_at, _tip)

    def ask(self, view: View) -> Computation:
        """The matrix of the problems tried."""
        _, numbers = tried(view.problems)
        return Computation(
            matrix_of,
            (view.session, view.problems),
            key=("forgetting", view.session.key, tuple(numbers.tolist())),
            label=f"Trying {len(numbers)} networks on {len(numbers)} problems",
            reports=True,
            slow=True,
        )

    def draw(self, answer: Answer[Matrix]) -> None:
        """The matrix in the chosen measure; bright is good in both."""
        value, loss = answer.value, answer.view["measure"] == "loss"
        colours = pg.colormap.get("viridis").getColors()
        if loss:
            matrix = np.log10(np.maximum(value.whole(value.found.loss), FLOOR))
            levels, colours = (np.log10(FLOOR), np.log10(CEILING)), colours[::-1]
            ticks = [(float(np.log10(tick)), f"{tick:g}") for tick in LOSS_TICKS]
        else:
            matrix, levels = value.whole(value.found.accuracy), (0.0, 1.0)
            ticks = [(tick, f"{tick:g}") for tick in ACCURACY_TICKS]
        self.map.show(matrix, value.rect, levels, pg.ColorMap(None, colours))
        self.map.label("Task loss (nats)" if loss else "Accuracy", side="left")
        self.map.bar.getAxis("right").setTicks([ticks])
        transfer = value.found.backward_transfer
        known = np.isfinite(transfer)
        self.curve.setData(value.numbers[known], transfer[known])

    def frame(self, answer: Answer[Matrix]) -> None:
        """The whole matrix."""
        self.map.plot.setRange(answer.value.rect, padding=0)
        transfer = answer.value.found.backward_transfer
        known = [*transfer[np.isfinite(transfer)], 0.0]
        self.transfer.setYRange(*apart(min(known), max(known)))

    def caption(self, answer: Answer[Matrix]) -> str:
        """How many problems are tried."""
        stride = answer.value.stride
        every = "every problem" if stride == 1 else f"one problem in {stride}"
        return f"{every}, noise off"

    def data(self, answer: Answer[Matrix]) -> PanelData:
        """Every problem tried with every network, and the backward transfer."""
        table = Table("Forgetting", answer.view.notes("Noise off"), *answer.value.squares)
        return table.beside({"transfer": answer.value.transfer})


def _problem_at(answer: Answer[Matrix], x: float, y: float) -> int | None:
    """The problem after which the network is that of the square pointed at."""
    square = answer.value.square(x, y)
    return None if square is None else int(answer.value.numbers[square[1]])


def _tip(answer: Answer[Matrix], x: float, y: float) -> str | None:
    square = answer.value.square(x, y)
    return None if square is None else answer.value.words(*square)
