"""What tests that drive the window share."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from l2l_engine.config import RunConfig
from l2l_gui.window.main_window import MainWindow

PATIENCE = 60_000

TINY = RunConfig(
    problems=3,
    units=16,
    penalised_singular_values=4,
    dt=10.0,
    tau_noise=10.0,
    sample_ms=100.0,
    delay_ms=100.0,
    response_ms=200.0,
    mask_ms=50.0,
    learning_rate=0.01,
    criterion_loss=0.3,
    criterion_trials=10,
    max_trials=2000,
)
"""Learns a problem in well under a second, by the same rules as the paper's network."""


def bring_to_front(widget: QWidget, qtbot) -> None:
    """Give a window the keys, as a window manager would."""
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow, timeout=PATIENCE)


def settle(window: MainWindow, qtbot) -> None:
    """Wait until nothing is computed or waits to be drawn."""
    qtbot.waitUntil(
        lambda: not window.jobs.running and window.redraws.idle and not window.runner.training,
        timeout=PATIENCE,
    )
