"""Exporting figures: one with its tables, or all that are ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFileDialog, QWidget

from l2l_gui.model.settings import settings
from l2l_gui.panels.base import Context
from l2l_gui.workers import figure_making
from l2l_gui.workers.jobs import Computation

if TYPE_CHECKING:
    from l2l_engine.figures import Made

FOLDER = "export folder"


def ask_one(parent: QWidget, number: figure_making.Number, write: Callable[[Path], bool]) -> None:
    """Ask for a file for a figure and write it; without an ending, in the kind chosen."""
    folder = Path(settings.text(FOLDER) or Path.home())
    kinds = [f"{kind[1:].upper()} and CSV (*{kind})" for kind in figure_making.PICTURES]
    title, start = f"Export {figure_making.called(number)}", folder / f"figure_{number}.pdf"
    name, chosen = QFileDialog.getSaveFileName(parent, title, str(start), ";;".join(kinds))
    if not name:
        return
    path = Path(name)
    if path.suffix.lower() not in figure_making.PICTURES:
        kind = kinds.index(chosen) if chosen in kinds else 0
        path = path.with_name(path.name + figure_making.PICTURES[kind])
    settings.put(FOLDER, str(path.parent))
    write(path)


def save_one(context: Context, made: Made, path: Path) -> None:
    """Write a picture with all tables beside it, in the background."""
    context.jobs.submit(
        Computation(figure_making.save, (made, path), label=f"Exporting {path.name}"),
        lambda written: context.notify(
            f"Exported {written[0]} and {len(written) - 1} tables beside it."
        ),
        lambda error: context.notify(str(error)),
    )


def ask_all(parent: QWidget, context: Context, ready: list[Made]) -> None:
    """Ask for a folder and write the figures that are ready, in the background."""
    if not ready:
        context.notify("No figure is made yet: make one before exporting.")
        return
    name = QFileDialog.getExistingDirectory(parent, "Export all figures that are ready")
    if not name:
        return
    context.jobs.submit(
        Computation(
            figure_making.save_all,
            (ready, Path(name), "pdf"),
            label=f"Exporting {len(ready)} figures",
            reports=True,
            background=True,
        ),
        lambda written: context.notify(f"Exported {len(written)} files to {name}."),
        lambda error: context.notify(str(error) or "The export was cancelled."),
    )
