"""What a panel is, and how to write one.

A panel is one file with one subclass of :class:`Panel`. It declares its name, title,
options, which fields of the selection it shows and what it :class:`~l2l_gui.panels.needs.Needs`
before it can show anything, and answers a few questions; its help is the
text of ``help/<name>.txt`` beside it, and what it computes is in a module ``*_of``.

- :meth:`Panel.build`, once: plots, curves, keys. An item gets its colours by what it means,
  ``inked(curve, pen=Ink("stimulus0", 2))``, and follows the theme. A
  :class:`~l2l_gui.plotting.plots.ProblemLine` and the time cursor of
  :class:`~l2l_gui.plotting.trial_axes.TrialAxes` move without further code, too.
- :meth:`Panel.ask`: what a :class:`~l2l_gui.panels.view.View` needs: ``Ready`` (draw it now),
  ``Nothing`` (a sentence that says what to do), a ``Computation`` (a pure function for the
  background, with the key of its result), ``Combined`` (one that needs others first) or ``Later``
  (something else will call :meth:`Panel.invalidate`).
- :meth:`Panel.draw`: draw an :class:`~l2l_gui.panels.view.Answer` and nothing else: it has the
  value and the view it was computed for. Never look at ``self.context`` here; keep nothing on
  ``self`` that a later draw depends on. After any history a panel must draw exactly what a new
  one draws from the same view; ``tests/gui/panels/test_contract.py`` asks every panel.
- ``recipe``: the module of :mod:`l2l_engine.recipes` that makes numbers and picture without the window.
- :meth:`Panel.data`: the numbers of an answer, as a :class:`~l2l_gui.panels.columns.Table` of
  columns with units; what a tip says of a row can follow from the same columns.

What several panels draw is in ``plotting``: :class:`~l2l_gui.plotting.trial_grid.TrialGrid` (curves
over the trial, a column a stimulus), :class:`~l2l_gui.plotting.image_plot.ImagePlot`,
:class:`~l2l_gui.plotting.loss_plot.LossPlot`, :class:`~l2l_gui.plotting.boxes.Boxes` and the
:class:`~l2l_gui.plotting.legend.Legend` above them. :meth:`Panel.point_at` selects and tells what
the mouse points at.

Where they are needed: :meth:`Panel.mark` moves the marks of the selected problem without
redrawing the rest (the fields that only move marks are in ``points_at``, not in ``depends``);
:meth:`Panel.frame` sets the ranges that pyqtgraph would not choose, and is left out while the
person has zoomed; :meth:`Panel.refine` asks for a slower part once the first is drawn;
:meth:`Panel.caption` says in the header what is shown.

Everything else is done here and in the header: a panel is asked only while it can be seen,
computations run in the background, waiting and empty states, options with undo, export, zoom,
themes, the time cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PyQt6.QtGui import QAction, QPalette
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from l2l_gui.output import exporting
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.asking import Asking
from l2l_gui.panels.columns import Column, Table, tip
from l2l_gui.panels.contract import SNAPSHOT, Context
from l2l_gui.panels.needs import Compares, Needs
from l2l_gui.panels.option_controls import menu_entries, option_row
from l2l_gui.panels.options import Choice, Flag, Number, OptionValues, Several
from l2l_gui.panels.scripts import script_of
from l2l_gui.panels.view import Answer, Combined, Later, Nothing, Ready, View, Wanted
from l2l_gui.plotting.legend import Legend
from l2l_gui.plotting.plots import ProblemLine, TimeCursor
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.plotting.projected_plot import ProjectedPlot
from l2l_gui.plotting.reading import Reader
from l2l_gui.plotting.stage_band import StageBand
from l2l_gui.workers.jobs import Computation

if TYPE_CHECKING:
    from l2l_engine.recipes.script import Script

__all__ = [
    "SNAPSHOT",
    "Answer",
    "Choice",
    "Column",
    "Combined",
    "Compares",
    "Computation",
    "Context",
    "Flag",
    "Later",
    "Needs",
    "Nothing",
    "Number",
    "Panel",
    "PanelData",
    "Ready",
    "Several",
    "Table",
    "View",
    "Wanted",
    "tip",
]

T = TypeVar("T")


class Panel(Asking[T]):
    """Base of all panels; see the module's text. ``T`` is what is computed and drawn."""

    def __init__(self, context: Context) -> None:
        self.option_values = OptionValues(self.options)
        super().__init__(context)
        self.setObjectName(self.name)
        self.setAccessibleName(self.title)

    def fill(self, body: QWidget) -> None:
        """Build the panel; called once by the base."""
        self.body = body
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        self.body_layout = QVBoxLayout(body)
        self.body_layout.setContentsMargins(4, 2, 4, 4)
        self.body_layout.setSpacing(4)
        row = option_row(self.option_values)
        if row is not None:
            self.body_layout.addWidget(row)
        self.build()
        self.stage_bands = [
            StageBand(plot) for plot in self.plots() if getattr(plot, "over_problems", False)
        ]
        if self.stage_bands:
            self.stage_legend = Legend()
            self.stage_legend.hide()
            self.body_layout.addWidget(self.stage_legend)
        self._entries = menu_entries(self.option_values, self)
        items = self.scene_items()
        self.cursors = [item for item in items if isinstance(item, TimeCursor)]
        self.problem_lines = [item for item in items if isinstance(item, ProblemLine)]
        self.option_values.changed.connect(self.invalidate)
        legends = body.findChildren(Legend)
        plots = [p for p in self.plots() if not isinstance(p.getViewWidget(), ProjectedPlot)]
        self.readers = [Reader(plot, legends, getattr(plot, "tip", None)) for plot in plots]
        for cursor in self.cursors:
            cursor.sigDragged.connect(lambda line: self.select_time(line.value()))
        self.clicks = [
            Pointing(plot.getViewWidget(), plot, lambda ms, _: self.select_time(ms))
            for plot in plots
            if hasattr(plot, "trial_axes")
        ]

    def select_time(self, ms: float) -> None:
        """Select a time of the trial, as a click on it and its cursor do."""
        within = min(max(0.0, ms), self.context.selection.duration)
        self.context.selection.update(time=within)

    @property
    def reading(self) -> str:
        """What the pointer last read in one of the plots; "" if nothing."""
        return next((reader.words for reader in self.readers if reader.words), "")

    # -- what the window and the header use ---------------------------------------------

    def table(self) -> PanelData | None:
        """The numbers drawn; None while nothing is drawn."""
        if self.answer is None:
            return None
        found, other = self.data(self.answer), self.other_parameters()
        return found.noting(other.capitalize()) if other else found

    def script(self) -> Script:
        """What is drawn as a script without the window; raises L2LError where there is none."""
        return script_of(self)

    def tools(self) -> list[QAction]:
        """Options and actions of this panel, offered in its menu."""
        return [*self._entries, *self.actions_of_menu()]

    def state(self) -> dict[str, Any]:
        """Options to restore at the next launch, as plain values."""
        return dict(self.option_values.values)

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore options; unknown ones are ignored."""
        self.option_values.restore(state)

    @property
    def canvas(self) -> QWidget:
        """The widget that is exported and filmed."""
        for reader in self.readers:
            reader.hide()
        return self.body

    def write(self, path: Path) -> bool:
        """Export picture or data by the file's ending; raises L2LError.

        False: it continues in the background and notifies the person when it is done.
        """
        exporting.export(self.canvas, path, self.table())
        return True
