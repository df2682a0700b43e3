"""Processor time of one frame of the rotatable 3-D plot, drawn in software.

    QT_QPA_PLATFORM=offscreen python benchmarks/bench_projected_plot.py

Prints milliseconds a frame for projecting alone and with painting. The aim: 12 ms for 100
trajectories of 100 points.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PyQt6.QtWidgets import QApplication

from l2l_gui.look.theme import theme
from l2l_gui.plotting.projected_plot import Family, ProjectedPlot

FRAMES = 60
CASES = ((100, 100), (100, 400), (100, 2000))


def milliseconds(frame: Callable[[], object]) -> float:
    """Mean processor time of a call over FRAMES of them."""
    start = time.process_time()
    for _ in range(FRAMES):
        frame()
    return (time.process_time() - start) / FRAMES * 1e3


def main() -> None:
    app = QApplication([])
    theme.apply(app)
    random = np.random.default_rng(0)
    for trajectories, points in CASES:
        walk = random.normal(size=(trajectories, points, 3)).cumsum(axis=1)
        half = trajectories // 2
        plot = ProjectedPlot()
        plot.resize(800, 600)
        plot.set_families([Family(walk[:half], "stimulus0"), Family(walk[half:] + 5, "stimulus1")])
        plot.show()
        app.processEvents()

        def project(plot: ProjectedPlot = plot) -> None:
            plot.camera.rotate(2, 0)
            plot.redraw()

        def paint(plot: ProjectedPlot = plot) -> None:
            project(plot)
            plot.viewport().repaint()

        print(
            f"{trajectories} x {points}: project {milliseconds(project):.1f} ms, "
            f"project and paint {milliseconds(paint):.1f} ms"
        )
        plot.close()


if __name__ == "__main__":
    main()
