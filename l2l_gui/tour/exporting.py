"""Every panel visited and exported, every figure made, a movie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from PyQt6.QtCore import Qt

from l2l_engine.figures import REGISTRY
from l2l_gui.dialogs.movie import Moves, MovieDialog
from l2l_gui.panels.base import Panel
from l2l_gui.panels.figures.figure_list import NUMBER
from l2l_gui.panels.figures.panel import FiguresPanel
from l2l_gui.tour.driver import Tour, TourError
from l2l_gui.workers.figure_making import Stage

ENDINGS = (".png", ".svg", ".pdf", ".csv", ".npz")
FIGURES = tuple(REGISTRY)
"""The numbers of the figures that are made."""


def visit(name: str, problem: int | None = None) -> Callable[[Tour], None]:
    """A step: look at every panel of a workspace, also those behind tabs, and export it.

    ``problem`` is looked at, by default the last.
    """

    def step(tour: Tour) -> None:
        tour.window.selection.select_problem(problem or tour.window.selection.problems)
        workspace = tour.window.workspaces.go(name)
        tour.dismiss()
        tour.settle()
        tour.screenshot(f"workspaces/{name}")
        for panel in workspace.panels:
            hidden = not panel.seen
            tour.shown(panel.name)
            if hidden:
                tour.screenshot(f"workspaces/{name}-{panel.name}")
            _export(tour, panel)

    step.__name__ = f"visit_{name}"
    return step


def _export(tour: Tour, panel: Panel[Any]) -> None:
    """As pictures and, where there are numbers, as data."""
    folder = tour.folder / "exports"
    folder.mkdir(exist_ok=True)
    header = tour.window.workspaces.current.header(panel)
    for ending in ENDINGS:
        path = folder / f"{panel.name}{ending}"
        header.export_to(path)
        tour.note_file(path)
        tour.rest(0.0)


def make_the_figures(tour: Tour) -> None:
    """Each is made and exported, or says in a sentence why it cannot be."""
    tour.window.workspaces.go("figures")
    panel = tour.shown("figures")
    assert isinstance(panel, FiguresPanel)
    folder = tour.folder / "figures"
    folder.mkdir(exist_ok=True)
    ready: list[int] = []
    for row in range(panel.figures.list.count()):
        number = _number(panel, row)
        if number not in FIGURES:
            continue
        panel.figures.list.setCurrentRow(row)
        tour.wait_for(f"Figure {number}", lambda: _ended(panel))
        stage, sentence = panel.maker.item(number).stage, panel.maker.item(number).sentence
        tour.measure(**{f"Figure {number}": sentence or stage.value})
        if stage is not Stage.READY:
            if not sentence:
                raise TourError(f"Figure {number} does not say why it is not made.")
            continue
        ready.append(row)
        tour.wait_for(f"Figure {number} to be drawn", lambda: panel.page.preview.sharp)
        for ending in (".pdf", ".svg", ".png"):
            path = folder / f"figure_{number}{ending}"
            panel.write(path)
            tour.wait_for(f"{path.name}", path.is_file)
            tour.settle()
            tour.note_file(path)
        tour.screenshot(f"workspaces/figures-{number}")
    if not ready:
        raise TourError("No figure could be made of this session.")
    panel.figures.list.setCurrentRow(ready[min(1, len(ready) - 1)])
    _show_the_shipped_networks(tour, panel)
    tour.dismiss()
    tour.wait_for("the figure to be drawn", lambda: panel.page.preview.sharp)
    tour.settle()
    tour.screenshot("workspaces/figures")


def _show_the_shipped_networks(tour: Tour, panel: FiguresPanel) -> None:
    """Figure 3, which the session alone cannot give, of the networks that come along."""
    items = [panel.sources.list.item(row) for row in range(panel.sources.list.count())]
    shipped = items[-1]
    if shipped is None or not shipped.text().startswith("Shipped"):
        return
    shipped.setCheckState(Qt.CheckState.Checked)
    for item in items[:-1]:
        assert item is not None
        item.setCheckState(Qt.CheckState.Unchecked)
    row = next(row for row in range(panel.figures.list.count()) if _number(panel, row) == 3)
    panel.figures.list.setCurrentRow(row)
    tour.wait_for("Figure 3", lambda: _ended(panel))
    if panel.maker.item(3).stage is not Stage.READY:
        raise TourError(f"The shipped networks give no Figure 3: {panel.maker.item(3).sentence}")


def _number(panel: FiguresPanel, row: int) -> int | str:
    """The figure of a row: a number, or a name beyond the paper."""
    item = panel.figures.list.item(row)
    assert item is not None
    return cast("int | str", item.data(NUMBER))


def _ended(panel: FiguresPanel) -> bool:
    item = panel.maker.item(panel.number)
    return item.stage in (Stage.READY, Stage.REFUSED)


def make_a_movie(tour: Tour) -> None:
    """The trial playing, as GIF."""
    window = tour.window
    window.workspaces.go("learn")
    tour.shown("trial")
    window.features.film(tour.panel("trial"))
    dialog = window.findChild(MovieDialog)
    if not isinstance(dialog, MovieDialog):
        raise TourError("Nothing asks what to film.")
    path = tour.folder / "exports" / "trial.gif"
    tour.choose(dialog.moves, Moves.TRIAL)
    dialog.seconds.setValue(1.5)
    dialog.fps.setValue(8)
    dialog.file.setText(str(path))
    tour.click(dialog.make_button)
    tour.wait_for("the movie", lambda: not window.features.filming.running)
    if not path.is_file():
        raise TourError(f"{path.name} was not made.")
    tour.note_file(path)
