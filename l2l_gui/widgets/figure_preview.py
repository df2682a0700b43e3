"""A paper figure on screen: drawn elsewhere, at this widget's size and resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from l2l_engine.config import L2LError
from l2l_gui.look.theme import theme
from l2l_gui.widgets.busy import BusyOverlay
from l2l_gui.workers.figure_making import Rendered, render
from l2l_gui.workers.jobs import Computation, Jobs

if TYPE_CHECKING:
    from l2l_engine.figures import Made

RESIZED_MS = 150
MARGIN = 10


class FigurePreview(QWidget):
    """Shows one figure as large as fits; while a sharp one is drawn, the old one stretched.

    Signals
    -------
    refused(str) : it cannot be drawn, for this reason.
    """

    refused = pyqtSignal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._made: Made | None = None
        self._rendered: Rendered | None = None
        self._busy = BusyOverlay(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(RESIZED_MS)
        self._soon.timeout.connect(self._render)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(240, 180))
        self.setAccessibleName("Preview of the figure")
        theme.changed.connect(self.update)

    @property
    def image(self) -> QImage | None:
        """What is shown, in the screen's own pixels."""
        return None if self._rendered is None else self._rendered.image

    @property
    def sharp(self) -> bool:
        """Whether the picture was drawn for the present size."""
        return self.image is not None and not self._soon.isActive() and not self._waiting()

    def show_figure(self, made: Made | None) -> None:
        """Show this figure, or nothing."""
        if made is self._made:
            return
        self._made, self._rendered = made, None
        self._soon.stop()
        if made is None:
            self._jobs.release(self)
            self._busy.stop()
        else:
            self._render()
        self.setAccessibleDescription("" if made is None else f"{made.title}. {made.caption}")
        self.update()

    # -- drawing -----------------------------------------------------------------------

    def _room(self) -> QSize:
        return (self.size() - QSize(2 * MARGIN, 2 * MARGIN)) * self.devicePixelRatioF()

    def _waiting(self) -> bool:
        return any(self in job.listeners for job in self._jobs.running)

    def _render(self) -> None:
        made, room = self._made, self._room()
        if made is None or room.isEmpty():
            return
        figure = None if self._rendered is None else self._rendered.figure
        computation = Computation(
            render, (made, figure, room.width(), room.height()), label="Drawing the figure"
        )
        if figure is None:
            self._busy.start("Drawing")
        self._jobs.submit(computation, self._take, self._failed, owner=self)

    def _take(self, rendered: Rendered) -> None:
        self._rendered = rendered
        self._busy.stop()
        self.update()

    def _failed(self, error: Exception) -> None:
        self._busy.stop()
        if isinstance(error, L2LError):  # else cancelled, or drawn again at the next change
            self.refused.emit(str(error))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Redraw it once resizing ends."""
        super().resizeEvent(event)
        if self._made is not None:
            self._soon.start()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The page on a quiet ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("background"))
        image = self.image
        if image is None or image.isNull():
            return
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        size = image.size().toSizeF()
        scale = min(room.width() / size.width(), room.height() / size.height())
        exact = 1.0 / self.devicePixelRatioF()
        if abs(scale / exact - 1.0) < 0.02:
            scale = exact  # drawn for this size: pixel by pixel
        target = QRectF(0, 0, size.width() * scale, size.height() * scale)
        target.moveCenter(room.center())
        target.moveTo(target.topLeft().toPoint().toPointF())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image)
        painter.setPen(theme.pen("border"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(-0.5, -0.5, 0.5, 0.5))
