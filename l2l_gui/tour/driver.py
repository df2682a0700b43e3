"""The window operated by a script: steps, screenshots and a report.

The steps are handed in. The sessions are copied first: the tour trains, but never changes a
person's files.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QToolButton

from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError
from l2l_gui.model.settings import settings
from l2l_gui.panels.base import Panel
from l2l_gui.tour.frame_meter import FrameMeter
from l2l_gui.window.application import application
from l2l_gui.window.help import versions
from l2l_gui.window.main_window import MainWindow
from l2l_gui.workers.jobs import Job

log = logging.getLogger(__name__)

PATIENCE = 300.0
"""Seconds without any progress that a wait bears; a busy machine only makes it longer."""
LONGEST = 1800.0
"""Seconds after which even something still running counts as failed."""
POLL_MS = 10
SETTLED_MS = 50


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


TourStep = Callable[["Tour"], None]


class Tour:
    """A window, and ways to use it and to wait for it. Steps are given one."""

    def __init__(self, folder: Path, files: Sequence[Path], output: Output) -> None:
        self.folder, self.files, self.output = folder, list(files), output
        self.window = MainWindow()
        self.meter = FrameMeter(self.window)
        self.records: list[Record] = []
        self.trained: Path | None = None
        """The session that was trained."""

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
            self.click(button)
        self.rest(0.0)

    def rest(self, seconds: float) -> None:
        """Process events for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(1e3 * seconds), loop.quit)
        loop.exec()

    def wait_for(self, what: str, happened: Callable[[], bool]) -> None:
        """Process events until something has happened.

        Raises
        ------
        TourError
            When nothing at all happened for PATIENCE seconds, or it took LONGEST.
        """
        began = moved = time.monotonic()
        before = self._progress()
        while not happened():
            self.rest(POLL_MS / 1e3)
            now, progress = time.monotonic(), self._progress()
            if progress != before:
                moved, before = now, progress
            if now - moved > PATIENCE or now - began > LONGEST:
                under_way = ", ".join(map(_words_of, self.window.jobs.running)) or "nothing"
                raise TourError(f"Waited {now - began:.0f} s in vain: {what} ({under_way} ran).")

    def _progress(self) -> tuple[object, ...]:
        """A value that changes whenever the window makes progress."""
        window, session = self.window, self.window.runner.session
        jobs = tuple((id(job), job.fraction) for job in window.jobs.running)
        trials = 0 if session is None else session.snapshot.trials
        return jobs, trials, window.runner.stage, window.runner.training, window.redraws.idle

    def settle(self) -> None:
        """Wait until nothing is being computed, opened or waiting to be drawn."""
        window = self.window

        def quiet() -> bool:
            panels = window.workspaces.current.panels
            drawn = all(panel.settled for panel in panels if panel.seen)
            return drawn and not window.jobs.running and window.redraws.idle

        while True:
            self.wait_for("background work", quiet)
            self.rest(SETTLED_MS / 1e3)
            if quiet():
                return

    def panel(self, name: str) -> Panel[Any]:
        """A panel of a workspace that was visited."""
        found = self.window.workspaces.panel(name)
        if found is None:
            raise TourError(f"There is no panel {name}.")
        return found

    def show(self, name: str) -> Panel[Any]:
        """A panel brought to the front and drawn."""
        panel = self.panel(name)
        self.window.workspaces.current.dock(panel).raise_()
        self.wait_for(f"{panel.title} to be drawn", lambda: panel.seen and panel.settled)
        self.settle()
        return panel

    def shown(self, name: str) -> Panel[Any]:
        """The same; TourError if it shows nothing."""
        panel = self.show(name)
        if not panel.has_content:
            raise TourError(f"{panel.title} shows nothing: {panel.empty_words}")
        return panel

    def choose(self, combo: QComboBox, value: object) -> None:
        """Choose an entry by its data, as a person would."""
        index = combo.findData(value)
        if index < 0:
            raise TourError(f"{combo.accessibleName()} does not offer {value}.")
        combo.setCurrentIndex(index)
        combo.activated.emit(index)
        self.rest(0.0)

    def click(self, button: QAbstractButton) -> None:
        """With the left mouse button."""
        if not button.isEnabled():
            raise TourError(f"{button.text() or button.accessibleName()} cannot be pressed now.")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]
        self.rest(0.0)

    def dismiss(self) -> None:
        """Close the window's messages."""
        self.window.notifications.clear()
        self.rest(0.0)

    def screenshot(self, name: str) -> None:
        """Save the window's picture in the tour's folder."""
        self.rest(0.05)
        path = self.folder / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
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

    def take(self, steps: Sequence[TourStep]) -> None:
        """Do every step, even if earlier ones failed."""
        for number, step in enumerate(steps, 1):
            record = Record(step.__name__.replace("_", " "))
            self.records.append(record)
            self.output.note(f"[{number}/{len(steps)}] {record.name}")
            self.output.event("progress", fraction=number / len(steps), note=record.name)
            began = time.perf_counter()
            try:
                step(self)
            except Exception as error:
                record.ok = False
                expected = isinstance(error, L2LError)
                record.error = str(error) if expected else traceback.format_exc()
                self.output.warn(f"{record.name} failed: {record.error}")
            record.seconds = round(time.perf_counter() - began, 3)


def _words_of(job: Job) -> str:
    return f"{job.computation.label} {job.fraction:.0%}"


class _Errors(logging.Handler):
    """Collects what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, with its traceback."""
        self.found.append(logging.Formatter("%(name)s: %(message)s").format(record))


def main(
    folder: Path,
    files: Sequence[Path],
    steps: Sequence[TourStep],
    output: Output | None = None,
    home: Path | None = None,
) -> int:
    """Take the tour and write its report.

    Parameters
    ----------
    folder : where screenshots, exports and ``tour.json`` go.
    files : sessions to show; they are copied first.
    steps : what is done, in this order.
    output : is told of each step; by default the terminal.
    home : where new sessions are kept; by default a temporary folder.

    Returns
    -------
    The process's exit code: 0 if every step went well, 1 if not, 2 if it could not begin.
    """
    output = output or Output("l2l-gui")
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = folder.resolve()
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    logging.getLogger().setLevel(logging.INFO)
    hook = sys.excepthook
    sys.excepthook = lambda kind, error, trace: log.error("", exc_info=(kind, error, trace))
    before = qInstallMessageHandler(_take_message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _sandbox(files, home) as copies:
            app = application()
            tour = Tour(folder, copies, output)
            began = time.perf_counter()
            tour.meter.start()
            tour.take(steps)
            tour.meter.stop()
            tour.window.close()
            sip.delete(tour.window)
    except OSError as error:
        output.error(f"The tour cannot begin: {error}")
        return 2
    finally:
        sys.excepthook = hook
        qInstallMessageHandler(before)
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
        output.warn(text)
    words = "every step went well" if report["ok"] else _what_failed(len(failed), errors.found)
    output.result(
        f"{len(tour.records)} steps in {report['seconds']} s: {words}. See {folder}.",
        ok=report["ok"],
        seconds=report["seconds"],
        path=folder,
    )
    return 0 if report["ok"] else 1


def _what_failed(steps: int, errors: Sequence[str]) -> str:
    said = [f"{steps} failed"] if steps else []
    return ", ".join([*said, f"{len(errors)} errors were logged"] if errors else said)


def _take_message(kind: QtMsgType, _context: QMessageLogContext, text: str | None) -> None:
    """Count Qt's warnings as errors, except for what a platform without a screen cannot do."""
    words = text or ""
    if words.startswith("This plugin does not support"):
        return
    serious = (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    log.log(logging.ERROR if kind in serious else logging.WARNING, "Qt: %s", words)


@contextmanager
def _sandbox(files: Sequence[Path], home: Path | None) -> Iterator[list[Path]]:
    """Settings and a sessions folder of the tour's own, and copies of these sessions."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        os.environ["L2L_SESSIONS"] = str(home or place)
        settings.use_file(Path(place) / "settings.ini")
        yield [Path(shutil.copyfile(file, Path(place) / file.name)) for file in files]
