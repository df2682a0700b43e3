"""Movies of the window's panels, made while the window stays usable, and cancellable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication, QWidget

from l2l_engine.config import L2LError
from l2l_gui.dialogs.guard import agrees
from l2l_gui.dialogs.movie import Moves, MovieDialog
from l2l_gui.look.deletion import delete_later
from l2l_gui.model.settings import settings
from l2l_gui.output import animations
from l2l_gui.output.animations import Animation
from l2l_gui.output.exporting import UNSEEN, picture
from l2l_gui.output.movies import MovieWriter
from l2l_gui.panels.base import Panel
from l2l_gui.plotting.camera import Camera
from l2l_gui.widgets.work_status import WorkStatus
from l2l_gui.window.shell import Shell
from l2l_gui.workers.jobs import Computation


class Filming(QObject):
    """Makes one movie at a time of one window."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.frame)
        self._shell = shell
        self._writer: MovieWriter | None = None
        self._animation: Animation | None = None
        self._subject: QWidget = shell.frame
        self._shown, self._why = -1, ""
        self.status = WorkStatus()
        self.status.setProperty(UNSEEN, True)
        self.status.cancelled.connect(self.cancel)
        shell.add_status(self.status)

    @property
    def running(self) -> bool:
        """Whether a movie is being made."""
        return self._writer is not None

    def ask(self, panel: Panel[Any] | None = None) -> None:
        """Ask about a movie of a panel; by default of the one with the focus."""
        shell = self._shell
        session = shell.runner.session
        if session is None or self.running:
            words = "One movie at a time: wait for it, or cancel it in the status bar."
            shell.notifications.inform(words if self.running else "Open a session to film it.")
            return
        panel = panel or self._active_panel()
        workspace = shell.workspaces.current
        subjects: list[tuple[str, QWidget]] = [
            ("The workspace", workspace),
            ("The whole window", shell.frame),
        ]
        if panel is not None:
            subjects.insert(0, (panel.title, panel.canvas))
        stem = f"{session.name}-{panel.name if panel is not None else workspace.name}"
        sizes = [(name, widget.size()) for name, widget in subjects]
        turns = bool(self._cameras())
        dialog = MovieDialog(sizes, session.problems, stem, turns=turns, parent=shell.frame)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(
            lambda: self._prepare(dialog, subjects[dialog.subject.currentIndex()][1])
        )
        dialog.open()

    def cancel(self, why: str = "") -> None:
        """Cancel the movie."""
        if self._writer is not None:
            self._why = why
            self._writer.cancel()

    def may_close(self) -> bool:
        """Ask before an unfinished movie is lost."""
        return not self.running or agrees(
            self._shell.frame,
            "The movie is not finished and will be discarded when the window closes.",
            "No partial file is left behind.",
            "Discard and close",
            "Continue",
        )

    # -- making ------------------------------------------------------------------------

    def _active_panel(self) -> Panel[Any] | None:
        panels = [panel for panel in self._shell.workspaces.current.panels if panel.isVisible()]
        focus = QApplication.focusWidget()
        inside = (panel for panel in panels if focus is not None and panel.isAncestorOf(focus))
        return next(inside, next(iter(panels), None))

    def _cameras(self, subject: QWidget | None = None) -> list[Camera]:
        """The cameras of the panels shown, or of those that are filmed."""
        panels = [panel for panel in self._shell.workspaces.current.panels if panel.isVisible()]
        found = [
            getattr(panel, "camera", None)  # whose class is not imported at start
            for panel in panels
            if subject is None or subject.isAncestorOf(panel) or panel.isAncestorOf(subject)
        ]
        return [camera for camera in found if isinstance(camera, Camera)]

    def _prepare(self, dialog: MovieDialog, subject: QWidget) -> None:
        shell = self._shell
        session = shell.runner.session
        if session is None:
            return
        path, count = dialog.path(), dialog.count
        fps, factor, problems = float(dialog.fps.value()), dialog.factor, dialog.problems
        settings.put("movie ending", path.suffix)
        settings.put("export folder", str(path.parent))
        if dialog.choice is Moves.TRIAL:
            moving: Animation = animations.TrialPlaying(shell.selection)
            self._begin(path, count, fps, factor, subject, moving)
            return
        if dialog.choice is Moves.ORBIT:
            moving = animations.Orbit(shell.selection, self._cameras(subject))
            self._begin(path, count, fps, factor, subject, moving)
            return
        if dialog.choice is Moves.PROBLEMS:
            moving = animations.ProblemByProblem(shell.selection, *problems)
            self._begin(path, count, fps, factor, subject, moving)
            return
        if shell.runner.training:
            shell.notifications.inform("Pause training first: its past is shown in the window.")
            return

        def known(past: animations.Past) -> None:
            if not len(past):
                shell.notifications.inform(f"{session.name} holds no trials to show again.")
                return
            trials = past.span(*problems)
            again = animations.LearningAgain(shell.selection, shell.sessions, past, trials)
            self._begin(path, count, fps, factor, subject, again)

        past = Computation(animations.Past.of, (session,), label="Reading the trials")
        shell.jobs.submit(past, known, shell.notifications.complain, owner=self)

    def _begin(
        self,
        path: Path,
        count: int,
        fps: float,
        factor: float,
        subject: QWidget,
        animation: Animation,
    ) -> None:
        def draw(frame: int) -> QImage | None:
            if self._shown != frame:
                self._shown = frame
                animation.show(frame / (count - 1))
                return None
            self._check()
            return picture(subject, factor) if self._settled() else None

        try:
            writer = MovieWriter(path, count, draw, fps, self)
        except L2LError as error:
            self._shell.notifications.complain(error)
            return
        self._shell.transport.set_playing(False)
        self._writer, self._animation, self._subject = writer, animation, subject
        self._shown, self._why = -1, ""
        writer.progress.connect(lambda done, total: self.status.advance(done / total))
        writer.finished.connect(lambda made: self._end(f"Made the movie {made}."))
        writer.failed.connect(lambda sentence: self._end(sentence, failed=True))
        writer.cancelled.connect(
            lambda: self._end(self._why or "The movie was cancelled; nothing was written.")
        )
        self.status.begin(f"Filming {path.name}")
        writer.start()

    def _check(self) -> None:
        if not self._subject.isVisible():
            self.cancel("The movie was stopped because what it shows was hidden.")
        again = isinstance(self._animation, animations.LearningAgain)
        if again and self._shell.runner.training:
            self.cancel("The movie was stopped because training continues.")

    def _settled(self) -> bool:
        panels = [panel for workspace in self._shell.workspaces for panel in workspace.panels]
        seen = [
            panel
            for panel in panels
            if panel.seen  # one behind a tab, which Qt takes for visible, is never settled
            and (self._subject.isAncestorOf(panel) or panel.isAncestorOf(self._subject))
        ]
        return all(panel.settled for panel in seen) and self._shell.redraws.idle

    def _end(self, sentence: str, failed: bool = False) -> None:
        writer, animation = self._writer, self._animation
        self._writer = self._animation = None
        self.status.end()
        if writer is not None:
            delete_later(writer)
        if animation is not None:
            animation.restore()
        if failed:
            self._shell.notifications.complain(sentence)
        else:
            self._shell.notifications.inform(sentence)

    def close(self) -> None:
        """The window closes: stop at once and leave nothing behind."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None
