"""The thread that trains.

Commands go in through a queue; the newest :class:`Snapshot` comes out through a mailbox that
holds one. Only this thread touches the run, and only the window takes from the mailbox: they
share no mutable state.
"""

from __future__ import annotations

import gc
import logging
import math
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QThread, pyqtSignal

from l2l_engine import extras
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.run import Run
from l2l_engine.storage.errors import SessionError, SessionMovedError
from l2l_engine.storage.naming import session_name
from l2l_engine.storage.session import Session
from l2l_engine.training.divergence import TrainingFailedError
from l2l_gui.model import working_copy
from l2l_gui.model.goals import Goal, Target
from l2l_gui.model.snapshot import RunState, Snapshot, TrialHistory
from l2l_gui.workers import quiet_import
from l2l_gui.workers.engine_commands import (
    Abandon,
    Branch,
    Command,
    Create,
    Move,
    Pause,
    Quit,
    Release,
    Save,
    Train,
    Warm,
)
from l2l_gui.workers.mailbox import Mailbox, Rate
from l2l_gui.workers.memory import return_freed_memory, return_library_pages

log = logging.getLogger(__name__)

FRAME = 1.0 / 30.0
EXTENSION = 50


class EngineThread(QThread):
    """Trains one session at a time.

    Signals
    -------
    arrived : a snapshot is in the mailbox; :meth:`take` it.
    stage(str) : the stage of getting ready; empty when ready.
    created(Path) : the file of a new session exists.
    moved(Path, Path) : training of a session continues in a working copy of it.
    relocated(Path, Path) : a session whose file was lost continues in this copy.
    extended(Path, int) : all its problems were done; the new number of problems.
    saved(Path) : a checkpoint was written, or a copy to this file.
    failed(Exception, bool) : what could not be done, and whether training ended with it.
    """

    arrived = pyqtSignal()
    stage = pyqtSignal(str)
    created = pyqtSignal(object)
    moved = pyqtSignal(object, object)
    relocated = pyqtSignal(object, object)
    extended = pyqtSignal(object, int)
    saved = pyqtSignal(object)
    failed = pyqtSignal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("engine")
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._mailbox: Mailbox[Snapshot] = Mailbox()
        self._run: Run | None = None
        self._copies: dict[Path, Path] = {}  # a second request gets the same copy
        self._history: TrialHistory
        self._target: Target | None = None
        self._due = 0.0
        self._rate = Rate()

    # -- from the window's thread ------------------------------------------------------

    def post(self, command: Command) -> None:
        """Carry out a command after those posted before it."""
        self._commands.put(command)

    def take(self) -> Snapshot | None:
        """The newest snapshot, if there is one not yet taken."""
        return self._mailbox.take()

    def end(self) -> None:
        """Save, close the run and wait for the thread."""
        self.post(Quit())
        self.wait()

    # -- in the thread -----------------------------------------------------------------

    def run(self) -> None:
        """Carry out commands, and train while there is a target."""
        going = True
        while going:
            if self._target is not None and self._commands.empty():
                self._guard(self._train_trial, ends_training=True)
                continue
            command = self._commands.get()
            going = not isinstance(command, Quit)
            self._guard(self._obey, command, ends_training=isinstance(command, Train))

    def _guard(
        self, action: Callable[..., None], *arguments: Any, ends_training: bool = False
    ) -> None:
        """Report an error; training under way ends only with an error of its own."""
        try:
            action(*arguments)
        except Exception as error:
            if not isinstance(error, L2LError):
                log.exception("The engine failed")
            if ends_training:
                diverged = isinstance(error, TrainingFailedError)
                self._halt(RunState.FAILED if diverged else None)
            self.stage.emit("")
            self.failed.emit(error, ends_training)

    def _obey(self, command: Command) -> None:
        match command:
            case Warm(config):
                self._warm(config)
            case Create(path, config, overwrite, protocol):
                self._exchange(
                    path,
                    lambda: Run.create(
                        path,
                        config,
                        protocol=protocol,
                        overwrite=overwrite,
                        report=self._report,
                    ),
                )
                self._publish_rest()
                self.created.emit(path)
            case Branch():
                self._branch(command)
            case Train(path, goal):
                self._begin(path, goal)
            case Pause():
                self._stop()
            case Save(path, copy):
                self._save(path, copy)
            case Move(path, target, overwrite):
                self._move(path, target, overwrite)
            case Abandon(path):
                if self._run is not None and self._run.path == path:
                    with suppress(SessionMovedError):
                        self._close_run()
            case Release() | Quit():
                self._release()

    def _warm(self, config: RunConfig) -> None:
        if not self._commands.empty():  # whatever comes next prepares what it needs itself
            return
        if extras.missing("train"):  # said once somebody asks for training
            return
        self._report("Loading TensorFlow")
        quiet_import.load_tensorflow()
        if self._commands.empty():
            self._report("Compiling the network")
            from l2l_engine.training.curriculum import Curriculum

            curriculum = Curriculum(config)
            try:
                curriculum.compile()
            finally:
                curriculum.close()
        self.stage.emit("")

    def _branch(self, asked: Branch) -> None:
        stimuli = asked.next_problem.stimuli(asked.source)
        self._exchange(
            asked.path,
            lambda: Run.branch(
                asked.source,
                asked.finished,
                asked.path,
                changes=asked.changes,
                stimuli=stimuli,
                protocol=asked.protocol,
                report=self._report,
            ),
        )
        self._publish_rest()
        self.created.emit(asked.path)

    def _exchange(self, path: Path, make: Callable[[], Run]) -> Run:
        """Replace the run by another; if that fails, the present one stays."""
        if self._run is not None and self._run.path == path:
            self._release()
        self._report("Loading TensorFlow")
        quiet_import.load_tensorflow()
        run = make()
        try:
            self._release()
        finally:
            self._adopt(run)
        return run

    def _begin(self, path: Path, goal: Goal) -> None:
        run, path = self._run, self._copies.get(path, path)
        if run is None or run.path != path:
            run = self._open(path)
        if run.finished:
            asked = goal.number or run.n_problems + (goal.problems or 0)
            # past the end of a protocol problems are new ones, and none has to be as many as published
            published = run.config.run_type.default_problems if run.course is None else 0
            target = max(asked, published)
            if target <= run.n_problems:
                target = run.n_problems + EXTENSION
            run.extend(target)
            self.extended.emit(run.path, target)
        self._target = goal.target(run, run.config.criterion_trials)
        self._rate.start()
        self._publish(RunState.TRAINING)

    def _open(self, path: Path) -> Run:
        original = path
        if working_copy.must_copy(path):
            path = working_copy.working_copy(path)
        run = self._exchange(path, lambda: Run.resume(path, report=self._report))
        if path != original:
            self._copies[original] = path
            self.moved.emit(original, path)
        return run

    def _adopt(self, run: Run) -> None:
        gc.freeze()  # going through all of TensorFlow's objects would stop the window for 30 ms
        return_freed_memory()  # compiling took hundreds of megabytes
        return_library_pages()
        self._run = run
        with Session.open(run.path) as session:
            self._history = TrialHistory(session, run.n_trials, run.n_problems)
            self._history.begin_problem(run.origin)
        self.stage.emit("")

    def _train_trial(self) -> None:
        run, target = self._run, self._target
        assert run is not None
        assert target is not None
        step = run.step()
        trial = step.trial
        self._history.add_trial(trial.task_loss, trial.correct)
        if step.problem is not None:
            ended = step.problem
            self._history.end_problem(ended.trials_to_criterion, ended.origin, run.origin)
        self._rate.trials += 1
        if run.finished or target.reached(run):
            self._stop()
        elif time.perf_counter() >= self._due and self._mailbox.empty:
            self._publish(RunState.TRAINING)

    def _stop(self) -> None:
        """Stop training with everything saved."""
        training = self._target is not None
        self._halt()
        if training and self._run is not None:
            self._run.save()

    def _halt(self, state: RunState | None = None) -> None:
        self._target = None
        if self._run is not None:
            self._publish_rest(state)

    def _publish_rest(self, state: RunState | None = None) -> None:
        """Publish a run that is not being trained."""
        assert self._run is not None
        self._publish(state or (RunState.FINISHED if self._run.finished else RunState.STOPPED))

    def _publish(self, state: RunState) -> None:
        run = self._run
        assert run is not None
        now = time.perf_counter()
        self._due = now + FRAME
        training = state is RunState.TRAINING
        goal = self._target.words if self._target is not None else ""
        snapshot = self._history.snapshot(
            run.path,
            run.config,
            state=state,
            goal=goal,
            view=run.view(),
            rate=self._rate.value(now) if training else math.nan,
        )
        if self._mailbox.put(snapshot):
            self.arrived.emit()

    def _save(self, path: Path, copy: Path | None) -> None:
        run = self._run
        if run is not None and run.path == path:
            run.save()
        if copy is not None:
            working_copy.copy(path, copy)
        self.saved.emit(copy or path)

    def _move(self, path: Path, target: Path, overwrite: bool) -> None:
        run = self._run
        if run is None or run.path != path:
            raise SessionError(f"{path} is no longer being trained: open it and save a copy.")
        run.save_as(target, overwrite=overwrite)
        self._publish_rest()
        self.relocated.emit(path, target)

    def _release(self) -> None:
        """Close the run, saving it; where its file was lost, in the sessions folder."""
        run = self._run
        if run is None:
            return
        try:
            run.save()
        except SessionMovedError:
            path = working_copy.free_name(working_copy.sessions_folder(), session_name(run.path))
            with suppress(L2LError):  # such as one cut off: closing says it
                run.save_as(path)
                self.saved.emit(path)
        except L2LError:
            pass  # closing says it
        self._close_run()

    def _close_run(self) -> None:
        if self._run is not None:
            self._halt()
            run, self._run = self._run, None
            run.close()  # unlocks the file even where it cannot save

    def _report(self, sentence: str) -> None:
        self.stage.emit(sentence)
