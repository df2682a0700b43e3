"""A labelled slider with a number box and a reset button."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from l2l_gui.look.theme import theme
from l2l_gui.widgets.click_slider import ClickSlider
from l2l_gui.widgets.decimal_box import DecimalBox


class SliderRow(QWidget):
    """One number by slider, by keyboard or typed; its scale is (lowest, highest, step).

    Signals
    -------
    changed(float) : the person chose a value; setters do not emit.
    released : the slider was let go.
    """

    changed = pyqtSignal(float)
    released = pyqtSignal()

    def __init__(
        self, label: str, scale: tuple[float, float, float], unit: str = "", tip: str = ""
    ) -> None:
        super().__init__()
        low, high, step = scale
        self._low, self._step, self._default = low, step, 0.0
        self.label = QLabel(f"{label} ({unit})" if unit else label)
        self.slider = ClickSlider()
        self.slider.setMinimumWidth(34)
        self.number = DecimalBox()
        self.number.setKeyboardTracking(False)
        self.number.setDecimals(max(0, len(f"{step:.6f}".rstrip("0").partition(".")[2])))
        self.number.setSingleStep(step)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(78)
        self.reset = QToolButton()
        theme.set_icon(self.reset, "reset")
        self.reset.setIconSize(QSize(13, 13))
        self.reset.setAutoRaise(True)
        self.reset.setToolTip(f"Reset {label.lower()}")
        self.reset.setAccessibleName(f"Reset {label}")
        for control in (self.slider, self.number):
            control.setAccessibleName(label)
            control.setToolTip(tip or label)
        self.set_range(low, high)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self.number, 0, 2)
        grid.addWidget(self.reset, 0, 3)
        grid.setColumnMinimumWidth(0, 80)
        grid.setColumnStretch(1, 1)
        self.slider.valueChanged.connect(lambda place: self._chosen(self._low + place * self._step))
        self.slider.sliderReleased.connect(self.released)
        self.number.valueChanged.connect(self._chosen)
        self.reset.clicked.connect(lambda: self._chosen(self._default))
        self._update_reset()

    @property
    def value(self) -> float:
        """The present value."""
        return self.number.value()

    def set_range(self, low: float, high: float) -> None:
        """Change what can be chosen."""
        places = round((high - low) / self._step)
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self._low = low
            self.slider.setRange(0, places)
            self.slider.setPageStep(max(1, places // 10))
            self.number.setRange(low, high)

    def set_default(self, value: float) -> None:
        """What the button resets to."""
        self._default = value
        self._update_reset()

    def set_value(self, value: float) -> None:
        """Show a value."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.number.setValue(value)
            self.slider.setValue(round((value - self._low) / self._step))
        self._update_reset()

    def _chosen(self, value: float) -> None:
        self.set_value(value)
        self.changed.emit(self.number.value())

    def _update_reset(self) -> None:
        self.reset.setEnabled(abs(self.value - self._default) > self._step / 2)
