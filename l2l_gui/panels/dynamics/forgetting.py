"""What later learning does to earlier problems: the forgetting matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine.analysis.forgetting import Forgetting, forgetting
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel, Nothing
from l2l_gui.plotting.options import Choice, row
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.workers.jobs import Computation

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


class ForgettingPanel(LegacyPanel):
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
    depends = frozenset({"problem", SNAPSHOT})

    def build(self) -> None:
        """An image with its bar over a curve."""
        self.choice = Choice("What the colours show", MEASURES, self._redraw)
        self.body_layout.addLayout(row("Colour", self.choice))
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 4, 0)
        self.map, self.transfer = layout.addPlot(0, 0), layout.addPlot(1, 0)
        layout.layout.setRowStretchFactor(0, 3)
        layout.layout.setRowStretchFactor(1, 1)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.map.addItem(self.image)
        self.map.setLabel("left", "Problem tried")
        self.map.getAxis("bottom").setStyle(showValues=False)
        self.transfer.setXLink(self.map)
        self.transfer.setLabel("bottom", "Network after problem")
        self.transfer.setLabel("left", "Transfer")
        self.curve = self.transfer.plot(symbol="o", symbolSize=4, symbolPen=None)
        self.zero = pg.InfiniteLine(angle=0)
        self.transfer.addItem(self.zero)
        self.lines = [pg.InfiniteLine(angle=angle) for angle in (90, 0, 90)]
        for plot, line in zip((self.map, self.map, self.transfer), self.lines, strict=True):
            plot.addItem(line, ignoreBounds=True)
        for plot in (self.map, self.transfer):
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.getAxis("left").setWidth(52)
            plot.getAxis("left").enableAutoSIPrefix(False)
        self.bar = pg.ColorBarItem(interactive=False, width=14, label="Task loss (nats)")
        self.bar.getAxis("right").setWidth(40)
        self.bar.setImageItem(self.image)
        layout.addItem(self.bar, 0, 1)
        self._pointing = Pointing(self.view, self.map, self._click, self._tip)
        self._shown: Matrix | None = None

    def state(self) -> dict[str, Any]:
        """What the colours show."""
        return {"measure": self.choice.value}

    def set_state(self, state: dict[str, Any]) -> None:
        """What the colours show."""
        self.choice.choose(state.get("measure"))

    def follows(self) -> bool:
        """Only another problem among those tried makes a difference."""
        session = self.context.session
        drawn = 0 if self._shown is None else len(self._shown.numbers)
        return session is not None and len(tried(session.problems)[1]) != drawn

    def ask(self) -> Answer:
        """The matrix of the problems tried."""
        session = self.context.session
        if session is None or session.problems < 2:
            return Nothing(
                "Open a session of at least two learned problems, or train on, "
                "to see what is forgotten."
            )
        _, numbers = tried(session.problems)
        return Computation(
            matrix_of,
            (session, session.problems),
            key=("forgetting", session.key, tuple(numbers.tolist())),
            label=f"Trying {len(numbers)} networks on {len(numbers)} problems",
            reports=True,
            slow=True,
        )

    def draw(self, value: Matrix) -> None:
        """The matrix when it is new; the selection always."""
        if value is not self._shown:
            self._shown = value
            self._redraw()
            self.reset_zoom()
        number = self.context.selected.problem
        if number is not None:
            for line in self.lines:
                line.setPos(number)
        every = "every problem" if value.stride == 1 else f"one problem in {value.stride}"
        self.shown.emit(f"{every}, noise off")

    def _rect(self) -> QRectF:
        assert self._shown is not None
        numbers, stride = self._shown.numbers, self._shown.stride
        start, size = float(numbers[0] - stride / 2), float(stride * self._side())
        return QRectF(start, start, size, size)

    def _side(self) -> int:
        assert self._shown is not None
        numbers, stride = self._shown.numbers, self._shown.stride
        return int((numbers[-1] - numbers[0]) // stride + 1)

    def _redraw(self) -> None:
        if self._shown is None:
            return
        loss = self.choice.value == "loss"
        values = self._shown.found.loss if loss else self._shown.found.accuracy
        values = np.log10(np.maximum(values, FLOOR)) if loss else values
        rows = (self._shown.numbers - self._shown.numbers[0]) // self._shown.stride
        whole = np.full((self._side(), self._side()), np.nan)  # problems without a network: gaps
        whole[np.ix_(rows, rows)] = values
        self.image.setImage(whole, autoLevels=False)
        self.image.setRect(self._rect())
        ticks = LOSS_TICKS if loss else ACCURACY_TICKS
        self.bar.setLevels((np.log10(FLOOR), np.log10(CEILING)) if loss else (0.0, 1.0))
        places = [(float(np.log10(tick)) if loss else tick, f"{tick:g}") for tick in ticks]
        self.bar.getAxis("right").setTicks([places])
        self.bar.setLabel("left", "Task loss (nats)" if loss else "Accuracy")
        transfer = self._shown.found.backward_transfer
        known = np.isfinite(transfer)
        self.curve.setData(self._shown.numbers[known], transfer[known])
        self._restyle_bar()

    def _restyle_bar(self) -> None:
        colours = pg.colormap.get("viridis").getColors()  # bright is good in both measures
        if self.choice.value == "loss":
            colours = colours[::-1]
        self.bar.setColorMap(pg.ColorMap(None, colours))
        self.bar.getAxis("right").setTextPen(theme.pen("quiet"))
        self.bar.getAxis("right").setTickFont(theme.font(8))

    def reset_zoom(self) -> None:
        """The whole matrix."""
        if self._shown is not None:
            self.map.setRange(self._rect(), padding=0)
            self.transfer.enableAutoRange(axis="y")

    def restyle(self, palette: Palette) -> None:
        """The selection in the accent colour."""
        theme.style_plot(self.map, grid=False)
        self.curve.setPen(theme.pen("text", 2))
        self.curve.setSymbolBrush(theme.brush("text"))
        self.zero.setPen(theme.pen("quiet"))
        for line in self.lines:
            line.setPen(theme.pen("accent", 1))
        self._restyle_bar()

    # -- the mouse ---------------------------------------------------------------------

    def _nearest(self, place: float) -> int | None:
        """Index of the problem tried whose square holds a place on either axis."""
        if self._shown is None:
            return None
        numbers = self._shown.numbers
        index = int(np.abs(numbers - place).argmin())
        return index if abs(numbers[index] - place) <= self._shown.stride / 2 else None

    def _click(self, x: float, y: float) -> None:
        column = self._nearest(x)
        if column is not None and self._nearest(y) is not None and self._shown is not None:
            self.context.selection.select_problem(int(self._shown.numbers[column]))

    def _tip(self, x: float, y: float) -> str | None:
        column, line = self._nearest(x), self._nearest(y)
        if column is None or line is None or self._shown is None:
            return None
        numbers, found = self._shown.numbers, self._shown.found
        return (
            f"Problem {numbers[line]} with the network after problem {numbers[column]}:\n"
            f"loss {found.loss[line, column]:.3g} nats, {found.accuracy[line, column]:.0%} right"
        )

    # -- numbers -----------------------------------------------------------------------

    def data(self) -> PanelData | None:
        """Both matrices and the backward transfer."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        return PanelData(
            {
                "problem": value.numbers,
                "loss": value.found.loss,
                "accuracy": value.found.accuracy,
                "backward transfer": value.found.backward_transfer,
            },
            {"loss": "nats"},
            title="Forgetting",
            notes=(
                f"Session {session.name}",
                "Rows: problem tried; columns: network after the problem of the same order",
            ),
        )
