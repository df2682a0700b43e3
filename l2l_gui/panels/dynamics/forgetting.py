"""What later learning does to earlier problems: the forgetting matrix."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Computation,
    Nothing,
    Panel,
    PanelData,
    View,
    Wanted,
)
from l2l_gui.panels.dynamics.forgetting_of import Matrix, matrix_of, tried
from l2l_gui.plotting.ink import CURSOR, PLAIN, ZERO, dots, inked
from l2l_gui.plotting.plots import ProblemLine, apart, colour_bar, dressed, grid_view
from l2l_gui.plotting.pointing import Pointing

MEASURES = {"loss": "task loss", "accuracy": "accuracy"}
FLOOR, CEILING = 1e-3, 3.0
"""Losses (nats) at the ends of the colours."""
LOSS_TICKS = (0.001, 0.01, 0.1, 1.0)
ACCURACY_TICKS = (0.0, 0.5, 1.0)


class ForgettingPanel(Panel[Matrix]):
    """Loss or accuracy on problem i of the network after problem j."""

    name = "forgetting"
    title = "Forgetting"
    depends = frozenset({SNAPSHOT})
    points_at = frozenset({"problem"})
    options = (Choice("measure", "Colour", MEASURES, bar="list"),)

    def build(self) -> None:
        """An image with its bar over a curve."""
        self.view = view = grid_view(margins=(0, 0, 4, 0))
        self.body_layout.addWidget(view)
        self.map = dressed(view.addPlot(0, 0), "Problem tried", grid=False)
        self.transfer = dressed(view.addPlot(1, 0), "Transfer", "Network after problem")
        view.ci.layout.setRowStretchFactor(0, 3)
        view.ci.layout.setRowStretchFactor(1, 1)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.map.addItem(self.image)
        self.map.getAxis("bottom").setStyle(showValues=False)
        self.transfer.setXLink(self.map)
        line = self.transfer.plot(symbol="o", symbolSize=4)
        self.curve = inked(line, pen=PLAIN, **dots(PLAIN))
        self.transfer.addItem(inked(pg.InfiniteLine(angle=0), pen=ZERO))
        for plot, angle in ((self.map, 90), (self.map, 0), (self.transfer, 90)):
            ProblemLine(plot, angle, CURSOR)
        self.bar = colour_bar(width=40)
        self.bar.setImageItem(self.image)
        view.addItem(self.bar, 0, 1)
        self._pointing = Pointing(view, self.map, self._click, self._tip)

    def ask(self, view: View) -> Wanted:
        """The matrix of the problems tried."""
        if view.session is None or view.problems < 2:
            return Nothing(
                "Open a session of at least two learned problems, or train on, "
                "to see what is forgotten."
            )
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
        values = value.found.loss if loss else value.found.accuracy
        rows = (value.numbers - value.numbers[0]) // value.stride
        whole = np.full((value.side, value.side), np.nan)  # problems without a network: gaps
        whole[np.ix_(rows, rows)] = np.log10(np.maximum(values, FLOOR)) if loss else values
        self.image.setImage(whole, autoLevels=False)
        self.image.setRect(value.rect)
        ticks = LOSS_TICKS if loss else ACCURACY_TICKS
        self.bar.setLevels((np.log10(FLOOR), np.log10(CEILING)) if loss else (0.0, 1.0))
        places = [(float(np.log10(tick)) if loss else tick, f"{tick:g}") for tick in ticks]
        self.bar.getAxis("right").setTicks([places])
        self.bar.setLabel("left", "Task loss (nats)" if loss else "Accuracy")
        colours = pg.colormap.get("viridis").getColors()
        self.bar.setColorMap(pg.ColorMap(None, colours[::-1] if loss else colours))
        transfer = value.found.backward_transfer
        known = np.isfinite(transfer)
        self.curve.setData(value.numbers[known], transfer[known])

    def frame(self, answer: Answer[Matrix]) -> None:
        """The whole matrix."""
        self.map.setRange(answer.value.rect, padding=0)
        transfer = answer.value.found.backward_transfer
        known = [*transfer[np.isfinite(transfer)], 0.0]
        self.transfer.setYRange(*apart(min(known), max(known)))

    def caption(self, answer: Answer[Matrix]) -> str:
        """How many problems are tried."""
        stride = answer.value.stride
        every = "every problem" if stride == 1 else f"one problem in {stride}"
        return f"{every}, noise off"

    def data(self, answer: Answer[Matrix]) -> PanelData:
        """Both matrices and the backward transfer."""
        value = answer.value
        return PanelData(
            {
                "problem": value.numbers,
                "loss": value.found.loss,
                "accuracy": value.found.accuracy,
                "backward transfer": value.found.backward_transfer,
            },
            {"loss": "nats"},
            title="Forgetting",
            notes=answer.view.notes(
                "Rows: problem tried; columns: network after the problem of the same order"
            ),
        )

    # -- the mouse ---------------------------------------------------------------------

    def _click(self, x: float, y: float) -> None:
        value = self.answer.value if self.answer else None
        column = value.nearest(x) if value else None
        if value is not None and column is not None and value.nearest(y) is not None:
            self.select(int(value.numbers[column]))

    def _tip(self, x: float, y: float) -> str | None:
        if self.answer is None:
            return None
        value: Matrix = self.answer.value
        column, line = value.nearest(x), value.nearest(y)
        if column is None or line is None:
            return None
        loss, accuracy = value.found.loss[line, column], value.found.accuracy[line, column]
        return (
            f"Problem {value.numbers[line]} with the network after problem "
            f"{value.numbers[column]}:\nloss {loss:.3g} nats, {accuracy:.0%} right"
        )
