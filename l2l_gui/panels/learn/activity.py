"""The rate of every unit over the trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QAction

from l2l_engine import task
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.learn.shown_trial import ShownTrial, ask_trial
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

COLOURS = "viridis"


class ActivityPanel(LegacyPanel):
    """Units x time, one image a stimulus."""

    name = "activity"
    title = "Unit activity"
    help = (
        "Each row is a recurrent unit, its colour the rate at that time of the trial in arbitrary "
        "units; white lines mark the end of the sample and the go signal. "
        "Units stand in their own order, or, as the panel's menu offers, in the order of their "
        "peaks, which shows sequences and ramps. "
        "The state equation is in Goudar et al. (2023), Methods, “RNN model”; live rates carry "
        "the recurrent noise, those of a learned network do not."
    )
    depends = frozenset({"problem", "stimulus", "follow_live", SNAPSHOT})

    def build(self) -> None:
        """Two images and a colour bar."""
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view)
        layout = self.view.ci
        layout.setContentsMargins(0, 4, 8, 0)
        layout.setSpacing(4)
        self.images, self.axes = [], []
        for column in range(task.RESPONSES):
            plot = layout.addPlot(0, column)
            image = pg.ImageItem()
            plot.addItem(image)
            plot.setLabel("bottom", "Time in the trial (ms)")
            plot.getAxis("left").setWidth(52)
            if column == 0:
                plot.setLabel("left", "Unit")
            self.images.append(image)
            self.axes.append(TrialAxes(plot, shade=False))
        self.bar = pg.ColorBarItem(
            colorMap=pg.colormap.get(COLOURS), interactive=False, width=14, label="Rate (a.u.)"
        )
        self.bar.setImageItem(self.images)
        layout.addItem(self.bar, 0, task.RESPONSES)
        self.sort = QAction("Sort units by the time of their peak", self)
        self.sort.setCheckable(True)
        self.sort.toggled.connect(self.invalidate)
        self._shown: ShownTrial | None = None
        self._order: NDArray[np.intp] = np.arange(0)
        self._drawn_rows: tuple[Any, ...] = ()
        self._top = 0.0

    def tools(self) -> list[QAction]:
        """The order of units."""
        return [self.sort]

    def state(self) -> dict[str, Any]:
        """The order of units."""
        return {"sorted": self.sort.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """The order of units."""
        self.sort.setChecked(bool(state.get("sorted", False)))

    def follows(self) -> bool:
        """A learned network does not change."""
        return self.context.selected.follow_live

    def ask(self) -> Answer:
        """The live trial or a simulation."""
        return ask_trial(self.context)

    def draw(self, value: ShownTrial) -> None:
        """An image a stimulus shown, with common colours."""
        self._shown = value
        rows = value.rows(self.context.selected.stimulus)
        steps, _ = thinned(value.config)
        thin = value.states[rows][:, steps]
        top = float(thin.max())
        if not 0.8 * self._top < top <= self._top:  # colours that jump every frame say nothing
            self._top = 1.1 * top if value.live else top
            self.bar.setLevels((0.0, self._top or 1.0))
        self._order = peak_order(thin) if self.sort.isChecked() else np.arange(thin.shape[-1])
        config = value.config
        for image, rates in zip(self.images, thin, strict=False):
            image.setImage(rates[:, self._order], autoLevels=False)
        drawn = (config, tuple(value.stimulus[rows]))
        if drawn != self._drawn_rows:
            self._drawn_rows = drawn
            for image in self.images[: len(rows)]:
                image.setRect(QRectF(0, 0.5, config.steps * config.dt, config.units))
            for number, axes in enumerate(self.axes):
                axes.plot.setVisible(number < len(rows))
                axes.set_config(config)
                axes.plot.setYRange(0.5, config.units + 0.5, padding=0)
            for axes, row in zip(self.axes, rows, strict=False):
                axes.plot.setTitle(f"stimulus {int(value.stimulus[row])}", size="9pt")
        self.shown.emit(value.label)

    def show_time(self, ms: float) -> None:
        """Move the cursor of both images."""
        for axes in self.axes:
            axes.set_time(ms)

    def reset_zoom(self) -> None:
        """All units, the whole trial."""
        if self._shown is not None:
            config = self._shown.config
            for axes in self.axes:
                axes.plot.setXRange(0, config.steps * config.dt, padding=0)
                axes.plot.setYRange(0.5, config.units + 0.5, padding=0)

    def restyle(self, palette: Palette) -> None:
        """Images keep their colours; the axes follow the theme."""
        for axes in self.axes:
            theme.style_plot(axes.plot, grid=False)
            axes.restyle()
            axes.cursor.setPen(theme.pen("#ffffff", 1))  # over dark colours in both themes
        self.bar.axis.setTextPen(theme.pen("quiet"))
        self.bar.axis.setTickFont(theme.font(8))

    def data(self) -> PanelData | None:
        """Rates in the order drawn, every step."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {"time": task.times(value.config)}
        units = {"time": "ms"}
        for row in value.rows(self.context.selected.stimulus):
            name = f"stimulus {int(value.stimulus[row])} rate"
            arrays[name] = value.states[row][:, self._order]
            units[name] = "a.u."
        return PanelData(
            arrays,
            units,
            title=f"Unit activity ({value.label})",
            notes=(
                f"Session {session.name}",
                f"Problem {value.problem}",
                f"Units in the order {' '.join(map(str, self._order + 1))}",
            ),
        )


def peak_order(states: NDArray[Any]) -> NDArray[np.intp]:
    """Units in the order of the time of their peak, (N,), of states (M, T, N)."""
    return np.argsort(states.mean(axis=0).argmax(axis=0), kind="stable")
