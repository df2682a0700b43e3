"""Help > Plug-ins."""

from __future__ import annotations

from l2l_engine import figures
from l2l_engine.analysis import registry
from l2l_engine.plugins import Kind, PlugIn
from l2l_engine.protocols.templates import TEMPLATES
from l2l_gui.dialogs.plug_ins import PlugInsDialog
from l2l_gui.look.deletion import delete_later
from l2l_gui.panels.analyses import catalogue
from l2l_gui.window.shell import Shell


def show(shell: Shell) -> PlugInsDialog:
    """List all plug-ins, those with a taken name too."""
    for offered in (registry.plug_ins, figures.plug_ins, catalogue.panels, lambda: list(TEMPLATES)):
        offered()  # finds names that are taken
    dialog = PlugInsDialog(try_one, shell.frame)
    dialog.finished.connect(lambda _: delete_later(dialog))
    dialog.open()
    return dialog


def try_one(plug_in: PlugIn) -> object:
    """Load a plug-in as it would be when it is used; raises L2LError."""
    if plug_in.kind is Kind.ANALYSIS:
        return registry.find(plug_in.name)
    if plug_in.kind is Kind.FIGURE:
        return figures.find(plug_in.name)
    if plug_in.kind is Kind.PANEL:
        return catalogue.load_panel(plug_in)
    return TEMPLATES[plug_in.name]
