"""The panel of an analysis, made from its record."""

from __future__ import annotations

from l2l_engine.analysis.record import Analysis
from l2l_gui.panels.analyses.analysis_panel import AnalysisPanel
from l2l_gui.panels.analyses.choices import help_of, options_of


def panel_of(record: Analysis, number: int = 1) -> type[AnalysisPanel]:
    """The panel of an analysis; ``number`` tells several of one analysis apart."""
    return type(
        "AnalysisPanel",
        (AnalysisPanel,),
        {
            "__doc__": record.summary,
            "record": record,
            "name": f"analysis {record.name} {number}",
            "title": record.title if number == 1 else f"{record.title} ({number})",
            "help": help_of(record),
            "options": options_of(record),
        },
    )
