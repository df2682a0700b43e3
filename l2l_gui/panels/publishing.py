"""A panel's figure for publication, asked about and written in the background; and its script, copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt

from l2l_engine.config import L2LError, RunConfig
from l2l_gui.output import exporting
from l2l_gui.workers.jobs import Computation

if TYPE_CHECKING:
    from l2l_engine.recipes.drawing import Tables
    from l2l_engine.recipes.script import Layout, Script
    from l2l_gui.panels.base import Panel


def copy_python(panel: Panel[Any]) -> None:
    """Put the script of what the panel shows on the clipboard, or say why there is none."""
    _told(panel, _copy)


def ask(panel: Panel[Any]) -> None:
    """Ask how a panel's figure is printed, and write its folder."""
    _told(panel, _ask)


def _told(panel: Panel[Any], then: Callable[[Panel[Any], Script], None]) -> None:
    """Do something with a panel's script, once what tells it is loaded: that takes half a second."""

    def go(_: object) -> None:
        try:
            script = panel.script()
        except L2LError as error:
            panel.context.notify(str(error))
        else:
            then(panel, script)

    def refused(error: Exception) -> None:
        panel.context.notify(str(error))

    loading = Computation(_load, (panel.recipe,), label="Preparing the script")
    panel.context.jobs.submit(loading, go, refused)


def _load(recipe: str) -> None:
    """Import what draws; for a job."""
    from l2l_engine.recipes.script import Script

    if recipe:
        Script(recipe, "", ()).module  # noqa: B018


def _copy(panel: Panel[Any], script: Script) -> None:
    exporting.copy_text(script.text(name=panel.name))
    panel.context.notify(
        f"Copied a Python script that makes {panel.title} again from the session: "
        "save it as a file and run it."
    )


def _ask(panel: Panel[Any], script: Script) -> None:
    from l2l_gui.dialogs.publication import PublicationDialog

    context, data = panel.context, panel.table()
    assert data is not None  # else there is no script
    assert panel.answer is not None
    tables, config = data.tables(panel.recipe), panel.answer.view.session.config
    owner = (panel, "preview")

    def preview(
        layout: Layout, done: Callable[[bytes], None], refused: Callable[[str], None]
    ) -> None:
        label = f"Drawing {panel.title}"
        drawing = Computation(script.image, (tables, config, layout), label=label)
        context.jobs.submit(drawing, done, lambda error: refused(str(error)), owner=owner)

    stem = f"{panel.answer.view.session.name}-{panel.name}"
    dialog = PublicationDialog(panel.title, stem, preview, panel.window())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.finished.connect(lambda _: context.jobs.release(owner))
    dialog.accepted.connect(
        lambda: _write(
            panel, script, tables, config, dialog.layout_chosen(), dialog.folder_chosen()
        )
    )
    dialog.open()


def _write(
    panel: Panel[Any],
    script: Script,
    tables: Tables,
    config: RunConfig,
    layout: Layout,
    folder: Path,
) -> None:
    context = panel.context
    wanted = Computation(
        script.publish,
        (folder, tables, config, layout, panel.name),
        label=f"Exporting {panel.title}",
    )

    def done(written: list[Path]) -> None:
        names = ", ".join(path.name for path in written)
        context.notify(f"Exported {names} to {folder}.")

    context.jobs.submit(wanted, done, lambda error: context.notify(str(error)))
