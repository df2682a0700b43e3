"""The registry of panels: which workspace each is in, and where.

To add a panel, write its file and one line here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from l2l_gui.panels.base import Panel


class Entry(NamedTuple):
    """A panel's place: columns stand side by side, panels of one column below each other."""

    workspace: str
    column: int
    module: str
    panel: str
    tabbed: bool = False
    """Behind the panel before it, as a tab."""

    def load(self) -> type[Panel]:
        """Import the panel; only a workspace that is looked at costs time."""
        found: type[Panel] = getattr(importlib.import_module(self.module), self.panel)
        return found


PANELS = (
    Entry("learn", 0, "l2l_gui.panels.learning_curve", "LearningCurvePanel"),
    Entry("learn", 0, "l2l_gui.panels.present_problem", "PresentProblemPanel"),
    Entry("learn", 1, "l2l_gui.panels.trial", "TrialPanel"),
    Entry("learn", 1, "l2l_gui.panels.activity", "ActivityPanel"),
    Entry("representations", 0, "l2l_gui.panels.trajectories", "TrajectoriesPanel"),
    Entry("representations", 0, "l2l_gui.panels.output_currents", "OutputCurrentsPanel"),
    Entry("representations", 1, "l2l_gui.panels.principal_angles", "PrincipalAnglesPanel"),
    Entry("representations", 1, "l2l_gui.panels.variance_explained", "VarianceExplainedPanel"),
    Entry("compare", 0, "l2l_gui.panels.compare_curves", "CompareCurvesPanel"),
    Entry("compare", 0, "l2l_gui.panels.compare_boxes", "CompareBoxesPanel"),
    Entry("compare", 1, "l2l_gui.panels.compare_trajectories", "CompareTrajectoriesPanel"),
    Entry("dynamics", 0, "l2l_gui.panels.vector_field_problems", "VectorFieldProblemsPanel"),
    Entry("dynamics", 0, "l2l_gui.panels.vector_field_trial", "VectorFieldTrialPanel"),
    Entry("dynamics", 1, "l2l_gui.panels.flow_field", "FlowFieldPanel"),
    Entry("dynamics", 1, "l2l_gui.panels.weight_change", "WeightChangePanel"),
    Entry("dynamics", 1, "l2l_gui.panels.slow_points", "SlowPointsPanel", tabbed=True),
    Entry("dynamics", 1, "l2l_gui.panels.forgetting", "ForgettingPanel", tabbed=True),
    Entry("dynamics", 1, "l2l_gui.panels.speed", "SpeedPanel", tabbed=True),
    Entry("perturb", 0, "l2l_gui.panels.perturb_controls", "PerturbControlsPanel"),
    Entry("perturb", 1, "l2l_gui.panels.perturb_outputs", "PerturbOutputsPanel"),
    Entry("perturb", 1, "l2l_gui.panels.perturb_learning", "PerturbLearningPanel"),
    Entry("perturb", 1, "l2l_gui.panels.perturb_boxes", "PerturbBoxesPanel", tabbed=True),
    Entry("perturb", 2, "l2l_gui.panels.perturb_trajectories", "PerturbTrajectoriesPanel"),
    Entry("perturb", 2, "l2l_gui.panels.psychometric", "PsychometricPanel"),
    Entry("perturb", 2, "l2l_gui.panels.noise_curve", "NoiseCurvePanel", tabbed=True),
    Entry("figures", 0, "l2l_gui.panels.figures", "FiguresPanel"),
)
