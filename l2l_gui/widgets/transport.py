"""The bar that moves through a run: time in the trial, problem, group, stimulus.

A view only: it shows what it is told by its setters and says by its signals what the
person wants. Setters do not emit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PyQt6.QtCore import QElapsedTimer, QSignalBlocker, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from l2l_gui.look.theme import theme
from l2l_gui.widgets.click_slider import ClickSlider
from l2l_gui.widgets.small import side_by_side, tool_button

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
FRAME_MS = 33
STEP_MS = 10
PAGE_MS = 100
MOST_PROBLEMS = 99_999
LEAST_WIDTH = 460


class Transport(QWidget):
    """Sliders and selectors of the shared selection.

    Signals
    -------
    time_changed(float) : ms from trial onset.
    problem_changed(int) : problem number, from 1.
    group_changed(int, int) : first problem and number of problems.
    stimulus_changed(object) : 0, 1, or None for both.
    playing_changed(bool), speed_changed(float), loop_changed(bool).
    """

    time_changed = pyqtSignal(float)
    problem_changed = pyqtSignal(int)
    group_changed = pyqtSignal(int, int)
    stimulus_changed = pyqtSignal(object)
    playing_changed = pyqtSignal(bool)
    speed_changed = pyqtSignal(float)
    loop_changed = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration, self._exact, self._problems = 2000.0, 0.0, 0
        self._clock = QElapsedTimer()
        self._ticker = QTimer(self)
        self._ticker.setInterval(FRAME_MS)
        self._ticker.timeout.connect(self._advance)
        self._build_time()
        self._build_problem()
        self._build_choices()
        self._arrange()
        self.set_trial(2000.0)
        self.set_problems(0)

    # -- building ----------------------------------------------------------------------

    def _build_time(self) -> None:
        self.play = tool_button("play", "Play the trial", "Play", checkable=True)
        self.play.toggled.connect(self.set_playing)
        self.loop = tool_button("loop", "Repeat", "Loop", checkable=True)
        self.loop.setChecked(True)
        self.loop.toggled.connect(self.loop_changed)
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setToolTip("Speed, relative to the trial's own time")
        self.speed.setAccessibleName("Playing speed")
        self.speed.currentIndexChanged.connect(lambda index: self.speed_changed.emit(SPEEDS[index]))
        self.time = _slider("Time in the trial, ms", STEP_MS, PAGE_MS)
        self.time.valueChanged.connect(self._time_moved)
        self.time_label = QLabel()
        self.time_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        width = self.time_label.fontMetrics().horizontalAdvance("20000 / 20000 ms ")
        self.time_label.setMinimumWidth(width)

    def _build_problem(self) -> None:
        self.problem = _slider("Problem", 1, 10)
        self.problem_number = QSpinBox()
        self.problem_number.setAccessibleName("Problem number")
        self.problem_number.setKeyboardTracking(False)
        self.problem_of = QLabel()
        self.problem.valueChanged.connect(self._problem_moved)
        self.problem_number.valueChanged.connect(self._problem_moved)

    def _build_choices(self) -> None:
        self.group_start, self.group_size = QSpinBox(), QSpinBox()
        for box, name in (
            (self.group_start, "First problem of the group"),
            (self.group_size, "Problems in the group"),
        ):
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setKeyboardTracking(False)
            box.setRange(1, MOST_PROBLEMS)
            box.valueChanged.connect(self._group_moved)
        self.group_end = QLabel()
        self.stimulus = QComboBox()
        self.stimulus.setAccessibleName("Stimulus")
        self.stimulus.setToolTip("Stimulus shown")
        for label, value in (("Both", None), ("0", 0), ("1", 1)):
            self.stimulus.addItem(label, value)
        self.stimulus.currentIndexChanged.connect(
            lambda index: self.stimulus_changed.emit(self.stimulus.itemData(index))
        )

    def _arrange(self) -> None:
        sliders = QWidget()
        grid = QGridLayout(sliders)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(
            side_by_side(QLabel("Time"), self.play, self.loop, self.speed, None, spacing=4), 0, 0
        )
        grid.addWidget(self.time, 0, 1)
        grid.addWidget(self.time_label, 0, 2)
        grid.addWidget(side_by_side(QLabel("Problem"), self.problem_number, None, spacing=4), 1, 0)
        grid.addWidget(self.problem, 1, 1)
        grid.addWidget(self.problem_of, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        group = side_by_side(_quiet("Group"), self.group_start, self.group_end, None, spacing=4)
        size = side_by_side(_quiet("size"), self.group_size, None, spacing=4)
        stimulus = side_by_side(_quiet("Stimulus"), self.stimulus, None, spacing=4)
        self._choices = QGridLayout()
        self._choices.setHorizontalSpacing(8)
        self._choices.setVerticalSpacing(4)
        self._choice_widgets = (group, size, stimulus)
        self._line = _line()
        self._outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._outer.setContentsMargins(10, 6, 10, 6)
        self._outer.setSpacing(8)
        self._outer.addWidget(sliders, 1)
        self._outer.addWidget(self._line)
        self._outer.addLayout(self._choices)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._narrow: bool | None = None
        self._fold(False)
        self._wide = self._outer.minimumSize().width()

    def _fold(self, narrow: bool) -> None:
        """Put the choices below the sliders, in a line, where there is no room beside them."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        direction = QBoxLayout.Direction
        self._outer.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._line.setVisible(not narrow)
        for widget in self._choice_widgets:
            self._choices.removeWidget(widget)
        group, size, stimulus = self._choice_widgets
        self._choices.addWidget(group, 0, 0)
        self._choices.addWidget(size, 0, 1)
        self._choices.addWidget(stimulus, *((0, 2) if narrow else (1, 0, 1, 2)))
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fold where it is narrow."""
        super().resizeEvent(event)
        self._fold(self.width() < self._wide)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the sliders may be; the height of what is shown."""
        return QSize(min(LEAST_WIDTH, self._wide), self._outer.minimumSize().height())

    # -- setters -----------------------------------------------------------------------

    def set_trial(self, duration_ms: float) -> None:
        """Length of a trial in ms."""
        self._duration = duration_ms
        with _silent(self.time):
            self.time.setRange(0, round(duration_ms))
        self.set_time(min(self._exact, duration_ms))

    def set_time(self, ms: float) -> None:
        """Show this time in the trial."""
        self._exact = min(max(ms, 0.0), self._duration)
        with _silent(self.time):
            self.time.setValue(round(self._exact))
        self.time_label.setText(f"{self._exact:.0f} / {self._duration:.0f} ms")

    def set_problems(self, count: int) -> None:
        """Number of problems there are to show; 0 disables the choice."""
        with _silent(self.problem, self.problem_number):
            for control in (self.problem, self.problem_number):
                control.setRange(min(1, count), count)
        choices = (self.problem, self.problem_number, self.stimulus)
        for choice in (*choices, self.group_start, self.group_size):
            choice.setEnabled(count > 0)
        self._problems = count
        self.problem_of.setText(f"of {count}" if count else "none learned")
        self._show_group_end()

    def set_problem(self, problem: int) -> None:
        """Show this problem number."""
        with _silent(self.problem, self.problem_number):
            self.problem.setValue(problem)
            self.problem_number.setValue(problem)

    def set_group(self, start: int, size: int) -> None:
        """Show this group of problems."""
        with _silent(self.group_start, self.group_size):
            self.group_start.setValue(start)
            self.group_size.setValue(size)
        self._show_group_end()

    def set_stimulus(self, stimulus: int | None) -> None:
        """Show 0, 1, or None for both."""
        with _silent(self.stimulus):
            self.stimulus.setCurrentIndex(0 if stimulus is None else stimulus + 1)

    def set_speed(self, speed: float) -> None:
        """Play at the offered speed nearest to this multiple of the trial's own time."""
        nearest = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - speed))
        with _silent(self.speed):
            self.speed.setCurrentIndex(nearest)

    def set_loop(self, on: bool) -> None:
        """Repeat, or once."""
        with _silent(self.loop):
            self.loop.setChecked(on)

    # -- playing -----------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether time runs."""
        return self._ticker.isActive()

    def set_playing(self, on: bool) -> None:
        """Let time run, or stop it; at the end, playing starts from the beginning."""
        if on == self.playing:
            return
        if on:
            if self._exact >= self._duration:
                self._go(0.0)
            self._clock.start()
            self._ticker.start()
        else:
            self._ticker.stop()
        with _silent(self.play):
            self.play.setChecked(on)
        theme.set_icon(self.play, "pause" if on else "play")
        self.play.setToolTip("Pause the trial" if on else "Play the trial")
        self.play.setAccessibleName("Pause" if on else "Play")
        self.playing_changed.emit(on)

    def _advance(self) -> None:
        ms = self._exact + self._clock.restart() * SPEEDS[self.speed.currentIndex()]
        if ms < self._duration:
            self._go(ms)
        elif self.loop.isChecked():
            self._go(ms % self._duration)
        else:
            self._go(self._duration)
            self.set_playing(False)

    def step_time(self, ms: float) -> None:
        """Move through the trial by ``ms``."""
        self._go(self._exact + ms)

    def step_problem(self, problems: int) -> None:
        """Move by a number of problems."""
        self.problem.setValue(self.problem.value() + problems)

    # -- from the controls -------------------------------------------------------------

    def _go(self, ms: float) -> None:
        before = self._exact
        self.set_time(ms)
        if self._exact != before:
            self.time_changed.emit(self._exact)

    def _time_moved(self, ms: int) -> None:
        self._go(float(ms))

    def _problem_moved(self, problem: int) -> None:
        self.set_problem(problem)
        self.problem_changed.emit(problem)

    def _group_moved(self) -> None:
        self._show_group_end()
        self.group_changed.emit(self.group_start.value(), self.group_size.value())

    def _show_group_end(self) -> None:
        end = self.group_start.value() + self.group_size.value() - 1
        self.group_end.setText(f"to {end}")
        short = end > self._problems
        self.group_end.setToolTip(f"Only {self._problems} are learned so far." if short else "")


def _slider(name: str, step: int, page: int) -> QSlider:
    slider = ClickSlider()
    slider.setAccessibleName(name)
    slider.setSingleStep(step)
    slider.setPageStep(page)
    slider.setMinimumWidth(80)
    return slider


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("quiet", True)
    return label


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine)
    return line


@contextmanager
def _silent(*widgets: QWidget) -> Iterator[None]:
    blockers = [QSignalBlocker(widget) for widget in widgets]
    yield
    for blocker in blockers:
        blocker.unblock()
