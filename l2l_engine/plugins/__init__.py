"""Plug-ins: analyses, panels, figures and protocols from other packages and from files of the user.

A package names its plug-ins in entry points, a single file in a dictionary ``PLUG_INS``. Both are read
without running any of their code; a plug-in is imported when it is first used. One that cannot be used is
left out and says why, and an error it raises becomes one sentence that names it. Files of the user are
off until allowed, for they are code.

Each group's plug-ins are used through its own registry: :mod:`.analysis.registry`, :mod:`.figures`,
:mod:`.protocols.templates` and, in the window, the panels'.
"""

from l2l_engine.plugins.declared import Kind, PlugIn, State
from l2l_engine.plugins.files import allow, folder, is_allowed, waiting
from l2l_engine.plugins.finding import found, not_offered, of, unreadable
from l2l_engine.plugins.loading import forget, load
from l2l_engine.plugins.standing import failed, guarded, left_out, status

__all__ = [
    "Kind",
    "PlugIn",
    "State",
    "allow",
    "failed",
    "folder",
    "forget",
    "found",
    "guarded",
    "is_allowed",
    "left_out",
    "load",
    "not_offered",
    "of",
    "status",
    "unreadable",
    "waiting",
]
