"""Bringing what analyses need into memory before a workspace is first looked at."""

from __future__ import annotations

import importlib
import logging

from l2l_gui.workers import quiet_import

log = logging.getLogger(__name__)

MODULES = (
    "l2l_engine.analysis.subspaces",
    "l2l_engine.analysis.vector_field",
    "l2l_engine.analysis.fixed_points",
    "l2l_engine.analysis.point_tracks",
    "l2l_engine.analysis.probes",
    "l2l_engine.training.relearning",
)
"""With what they import in turn, a second's work or more."""


def get_ready() -> None:
    """Import the analyses and the machine code that steps trials; for a thread of its own."""
    try:
        quiet_import.load_library("llvmlite.binding", "libllvmlite.so")
        for name in MODULES:
            importlib.import_module(name)
        importlib.import_module("l2l_engine.network").get_ready()
    except Exception:  # whoever needs it meets the error again, and says it
        log.info("The analyses could not be made ready", exc_info=True)
