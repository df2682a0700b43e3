"""The window used without a person: steps, screenshots and a report of how it went.

The steps are in :mod:`l2l_gui.tour_steps`.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QEventLoop, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QToolButton

from l2l_engine.config import L2LError
from l2l_gui.app import application
from l2l_gui.frame_meter import FrameMeter
from l2l_gui.help import versions
from l2l_gui.main_window import MainWindow
from l2l_gui.panels.base import Panel
from l2l_gui.settings import settings

log = logging.getLogger(__name__)

PATIENCE = 120.0
POLL_MS = 10


class TourError(L2LError):
    """Something did not happen in time."""


@dataclass
class Record:
    """How one step went."""

    name: str
    ok: bool = True
    seconds: float = 0.0
    error: str = ""
    files: list[str] = field(default_factory=list)
    measured: dict[str, Any] = field(default_factory=dict)


Step = Callable[["Tour"], None]


class Tour:
    """A window, and ways to use it and to wait for it. Steps are given one."""

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        self.folder, self.files = folder, list(files)
        self.window = MainWindow()
        self.meter = FrameMeter(self.window)
        self.records: list[Record] = []

    # -- for steps ---------------------------------------------------------------------

    def press(self, name: str) -> None:
        """Click the tool button of an action, or trigger it where it has none."""
        action = self.window.actions_by_name[name]
        if not action.isEnabled():
            raise TourError(f"{action.text()} cannot be pressed now.")
        buttons = self.window.findChildren(QToolButton)
        button = next((b for b in buttons if b.defaultAction() is action and b.isVisible()), None)
        if button is None:
            action.trigger()
        else:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]
        self.rest(0.0)

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(1e3 * seconds), loop.quit)
        loop.exec()

    def wait_for(self, what: str, happened: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Let the window live until something has happened; raises TourError if it does not."""
        deadline = time.monotonic() + patience
        while not happened():
            if time.monotonic() > deadline:
                raise TourError(f"Waited {patience:.0f} s in vain: {what}.")
            self.rest(POLL_MS / 1e3)

    def settle(self) -> None:
        """Wait until nothing is computed, opened or waiting to be drawn."""
        window = self.window
        self.wait_for("background work", lambda: not window.jobs.running and window.redraws.idle)
        self.rest(0.05)

    def panel(self, name: str) -> Panel:
        """A panel of a workspace that was visited."""
        found = self.window.workspaces.panel(name)
        if found is None:
            raise TourError(f"There is no panel {name}.")
        return found

    def screenshot(self, name: str) -> None:
        """Save the window's picture in the tour's folder."""
        self.rest(0.05)
        path = self.folder / f"{name}.png"
        if not self.window.grab().save(str(path)):
            raise TourError(f"{path} could not be written.")
        self.note_file(path)

    def note_file(self, path: Path) -> None:
        """Name a file that the present step made."""
        self.records[-1].files.append(str(path.relative_to(self.folder)))

    def measure(self, **values: Any) -> None:
        """Put numbers into the present step's record."""
        self.records[-1].measured.update(values)

    # -- running -----------------------------------------------------------------------

    def take(self, steps: Sequence[Step]) -> None:
        """Do every step, whatever becomes of those before."""
        for number, step in enumerate(steps, 1):
            record = Record(step.__name__.replace("_", " "))
            self.records.append(record)
            print(f"[{number}/{len(steps)}] {record.name}", flush=True)
            began = time.perf_counter()
            try:
                step(self)
            except Exception as error:
                record.ok = False
                expected = isinstance(error, L2LError)
                record.error = str(error) if expected else traceback.format_exc()
                print(f"  failed: {record.error}", file=sys.stderr, flush=True)
            record.seconds = round(time.perf_counter() - began, 3)


class _Errors(logging.Handler):
    """Collects what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, with its traceback."""
        self.found.append(logging.Formatter("%(name)s: %(message)s").format(record))


def main(folder: Path, files: Sequence[Path]) -> int:
    """Take the tour; 0 if every step went well."""
    from l2l_gui.tour_steps import STEPS

    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    logging.getLogger().setLevel(logging.INFO)
    hook = sys.excepthook
    sys.excepthook = lambda kind, error, trace: log.error("", exc_info=(kind, error, trace))
    with tempfile.TemporaryDirectory() as place:
        os.environ["L2L_SESSIONS"] = place
        settings.use_file(Path(place) / "settings.ini")
        app = application()
        tour = Tour(folder, files)
        began = time.perf_counter()
        tour.meter.start()
        tour.take(STEPS)
        tour.meter.stop()
        tour.window.close()
        sip.delete(tour.window)
    sys.excepthook = hook
    logging.getLogger().removeHandler(errors)
    failed = [record for record in tour.records if not record.ok]
    report = {
        "ok": not failed and not errors.found,
        "seconds": round(time.perf_counter() - began, 1),
        "steps": [asdict(record) for record in tour.records],
        "frames": tour.meter.report(),
        "errors": errors.found,
        "platform": app.platformName(),
        "versions": versions().splitlines()[:-1],
    }
    (folder / "tour.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for text in errors.found:
        print(text, file=sys.stderr)
    words = "every step went well" if report["ok"] else f"{len(failed)} steps failed"
    print(f"{len(tour.records)} steps in {report['seconds']} s: {words}. See {folder}.")
    return 0 if report["ok"] else 1
