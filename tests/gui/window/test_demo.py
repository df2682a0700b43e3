"""The quick demo, from the welcome page."""

from __future__ import annotations

from driving import PATIENCE
from PyQt6.QtWidgets import QPushButton

from l2l_gui.window.demo import DEMO


def test_the_demo_makes_a_small_run_and_trains_it(window, qtbot):
    button = next(b for b in window.empty.findChildren(QPushButton) if b.text() == "Quick demo")
    assert button.isVisible()
    button.click()
    qtbot.waitUntil(
        lambda: window.runner.session is not None and window.runner.session.snapshot.trials > 3,
        timeout=PATIENCE,
    )
    session = window.runner.session
    assert session.name == "quick-demo"
    assert session.config == DEMO
    assert window.workspaces.current.name == "learn"
    window.runner.toggle()
    qtbot.waitUntil(lambda: not window.runner.training, timeout=PATIENCE)
