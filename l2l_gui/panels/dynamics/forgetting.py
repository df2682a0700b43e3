"""What later learning does to earlier problems: the forgetting matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine.analysis.forgetting import Forgetting, forgetting
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError
from l2l_gui.model.sessions import OpenSession
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
from l2l_gui.plotting.ink import CURSOR, PLAIN, ZERO, dots, inked
from l2l_gui.plotting.plots import ProblemLine, apart, colour_bar, dressed, grid_view
from l2l_gui.plotting.pointing import Pointing

MEASURES = {"loss": "task loss", "accuracy": "accuracy"}
FLOOR, CEILING = 1e-3, 3.0
"""Losses (nats) at the ends of the colours."""
LOSS_TICKS = (0.001, 0.01, 0.1, 1.0)
ACCURACY_TICKS = (0.0, 0.5, 1.0)
STRIDES = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
MOST = 41
"""Problems, and networks, tried at most: some 4 s of work."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Performance of networks on problems, both every ``stride`` from the first."""

    numbers: NDArray[np.intp]  # (K,) of the problems, which are also those of the networks
    stride: int
    found: Forgetting

    @property
    def side(self) -> int:
        """Squares along each axis, with those whose network was not saved."""
        return int((self.numbers[-1] - self.numbers[0]) // self.stride + 1)

    @property
    def rect(self) -> QRectF:
        """Where the squares lie, centred on their problems."""
        start, size = float(self.numbers[0] - self.stride / 2), float(self.stride * self.side)
        return QRectF(start, start, size, size)

    def nearest(self, place: float) -> int | None:
        """Index of the problem whose square holds a place on either axis."""
        index = int(np.abs(self.numbers - place).argmin())
        return index if abs(self.numbers[index] - place) <= self.stride / 2 else None


def tried(problems: int) -> tuple[int, NDArray[np.intp]]:
    """The stride and the numbers of the problems tried in a run of so many."""
    stride = next((one for one in STRIDES if problems <= one * MOST), STRIDES[-1])
    return stride, np.arange(1, problems + 1, stride)


def matrix_of(session: OpenSession, problems: int, progress: Progress | None = None) -> Matrix:
    """Try every chosen network on every chosen problem, noise off."""
    stride, numbers = tried(problems)
    reader = session.reader(problems)
    weights = reader.weights(numbers - 1)
    saved = np.isfinite(weights.output_bias).all(axis=1)
    if not saved.any():
        raise L2LError(f"{session.path.name} holds no saved network: open another session.")
    numbers = numbers[saved]
    found = forgetting(
        weights[saved], reader.stimuli[numbers - 1], session.config, progress=progress
    )
    return Matrix(numbers, stride, found)


class ForgettingPanel(Panel[Matrix]):
    """Loss or accuracy on problem i of the network after problem j."""

    name = "forgetting"
    title = "Forgetting"
    help = (
        "Each square is the noise-free task loss, or accuracy, on one problem (row) of the network "
        "as it stood after another (column); on the diagonal every network meets the problem it "
        "has just learned. "
        "Right of the diagonal is what later learning leaves of a problem, left of it how well a "
        "problem goes before it is learned; below is the mean change of accuracy on earlier "
        "problems since each was learned (backward transfer: negative is forgetting). "
        "The task of Goudar et al. (2023) never repeats a problem, so nothing keeps old ones; the "
        "matrix is that of Lopez-Paz & Ranzato (2017)."
    )
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
