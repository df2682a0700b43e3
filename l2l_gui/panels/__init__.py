"""The registry of panels: which workspace each is in, and where.

To add a panel, write its file and one line here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

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

    def load(self) -> type[Panel[Any]]:
        """Import the panel, which happens only when its workspace is first shown."""
        found: type[Panel[Any]] = getattr(importlib.import_module(self.module), self.panel)
        return found


PANELS = (
    Entry("learn", 0, "l2l_gui.panels.learn.learning_curve", "LearningCurvePanel"),
    Entry("learn", 0, "l2l_gui.panels.learn.present_problem", "PresentProblemPanel"),
    Entry("learn", 1, "l2l_gui.panels.learn.trial", "TrialPanel"),
    Entry("learn", 1, "l2l_gui.panels.learn.activity", "ActivityPanel"),
    Entry("learn", 1, "l2l_gui.panels.learn.slow_motion", "SlowMotionPanel", tabbed=True),
    Entry("representations", 0, "l2l_gui.panels.representations.trajectories", "TrajectoriesPanel"),
    Entry("representations", 0, "l2l_gui.panels.representations.stage", "StagePanel", tabbed=True),
    Entry(
        "representations",
        0,
        "l2l_gui.panels.representations.output_currents",
        "OutputCurrentsPanel",
    ),
    Entry(
        "representations",
        1,
        "l2l_gui.panels.representations.principal_angles",
        "PrincipalAnglesPanel",
    ),
    Entry(
        "representations",
        1,
        "l2l_gui.panels.representations.variance_explained",
        "VarianceExplainedPanel",
    ),
    Entry("compare", 0, "l2l_gui.panels.compare.curves", "CompareCurvesPanel"),
    Entry("compare", 0, "l2l_gui.panels.compare.boxes", "CompareBoxesPanel"),
    Entry("compare", 1, "l2l_gui.panels.compare.trajectories", "CompareTrajectoriesPanel"),
    Entry(
        "dynamics", 0, "l2l_gui.panels.dynamics.vector_field_problems", "VectorFieldProblemsPanel"
    ),
    Entry("dynamics", 0, "l2l_gui.panels.dynamics.vector_field_trial", "VectorFieldTrialPanel"),
    Entry("dynamics", 1, "l2l_gui.panels.dynamics.flow_field", "FlowFieldPanel"),
    Entry("dynamics", 1, "l2l_gui.panels.dynamics.weight_change", "WeightChangePanel"),
    Entry("dynamics", 1, "l2l_gui.panels.dynamics.slow_points", "SlowPointsPanel", tabbed=True),
    Entry("dynamics", 1, "l2l_gui.panels.dynamics.forgetting", "ForgettingPanel", tabbed=True),
    Entry("dynamics", 1, "l2l_gui.panels.dynamics.speed", "SpeedPanel", tabbed=True),
    Entry("perturb", 0, "l2l_gui.panels.perturb.controls", "PerturbControlsPanel"),
    Entry("perturb", 1, "l2l_gui.panels.perturb.outputs", "PerturbOutputsPanel"),
    Entry("perturb", 1, "l2l_gui.panels.perturb.learning", "PerturbLearningPanel"),
    Entry("perturb", 1, "l2l_gui.panels.perturb.boxes", "PerturbBoxesPanel", tabbed=True),
    Entry("perturb", 2, "l2l_gui.panels.perturb.trajectories", "PerturbTrajectoriesPanel"),
    Entry("perturb", 2, "l2l_gui.panels.perturb.psychometric", "PsychometricPanel"),
    Entry("perturb", 2, "l2l_gui.panels.perturb.noise_curve", "NoiseCurvePanel", tabbed=True),
    Entry("figures", 0, "l2l_gui.panels.figures.panel", "FiguresPanel"),
)
