"""Signals end the program as its window's close button would, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from driving import TINY

from l2l_engine.run import Run

PROGRAM = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from PyQt6.QtCore import QTimer
    from l2l_gui.model.settings import settings
    settings.use_file(Path(sys.argv[1]) / "settings.ini")
    settings.put("theme", "zzz")  # a spoiled setting counts as missing
    settings.put("first steps seen", True)
    from l2l_gui import app
    from l2l_gui.model.goals import Goal
    from l2l_gui.window.main_window import MainWindow

    class Window(MainWindow):
        def showEvent(self, event):
            super().showEvent(event)
            self.ticks = QTimer(self)
            self.ticks.timeout.connect(self.look)
            self.ticks.start(50)

        def look(self):
            session = self.runner.session
            if session is None:
                return
            if not self.runner.training:
                self.runner.train(Goal())
            elif session.snapshot.trials > 20:
                self.ticks.stop()
                self.features.may_close = lambda: False  # a signal does not wait for answers
                if "dialog" in sys.argv:
                    from l2l_gui.dialogs.guard import agrees
                    QTimer.singleShot(200, lambda: print("trains", flush=True))
                    agrees(self, "A question", "", "Yes", "No")
                else:
                    print("trains", flush=True)

    import l2l_gui.window.main_window as module
    module.MainWindow = Window
    sys.exit(app.main([str(Path(sys.argv[1]) / "run.h5")]))
    """
)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(
    ("name", "dialog"), [("SIGINT", False), ("SIGTERM", True), ("SIGHUP", False)]
)
def test_a_signal_saves_and_closes(tmp_path, name, dialog):
    number = getattr(signal, name)
    path = tmp_path / "run.h5"
    Run.create(path, TINY.replace(problems=5000)).close()
    words = [sys.executable, "-c", PROGRAM, str(tmp_path), *(["dialog"] if dialog else [])]
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        # as from a terminal: a suite run in the background would hand on an ignored signal
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as program:
        try:
            assert program.stdout.readline() == "trains\n"
            program.send_signal(number)
            _, said = program.communicate(timeout=60)
        finally:
            program.kill()
    assert program.returncode == 128 + number
    assert "Traceback" not in said
    with Run.resume(path) as run:  # unlocked, and saved where it stopped
        assert run.n_trials > 20
