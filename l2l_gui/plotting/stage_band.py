"""A quiet band along the top of a plot over problems: which stage of a protocol they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter

from l2l_gui.look.theme import theme
from l2l_gui.model.stages import Span, kinds
from l2l_gui.plotting.legend import SQUARE, Sign

COLOURS = (
    "#bbbbbb", "#77aadd", "#eedd88", "#44bb99", "#ee8866", "#ffaabb", "#99ddff", "#bbcc33",
)  # fmt: skip
"""Paul Tol's light scheme, grey first: for areas with words on them."""
HIGH, LOW = 14, 6  # pixels, with words and without
LEAST = 24  # pixels of a stage that is named
MOST_WORDS = 8
"""Stages that are named in the band; more of them have a legend."""


def colour_of(kind: str, order: Sequence[str]) -> str:
    """The colour of a kind of stage, ``#rrggbb``."""
    return COLOURS[min(order.index(kind), len(COLOURS) - 1)]


def signs(spans: Sequence[Span]) -> tuple[Sign, ...]:
    """A legend's entries for stages too many to be named in the band."""
    if len(spans) <= MOST_WORDS:
        return ()
    order = kinds(spans)
    shown = order if len(order) <= len(COLOURS) else [*order[: len(COLOURS) - 1], "others"]
    return tuple(Sign(SQUARE, COLOURS[place], kind) for place, kind in enumerate(shown))


class StageBand(pg.GraphicsObject):
    """Lies in a plot's view, in its pixels, over whatever range is shown."""

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__()
        self.plot, self._view = plot, plot.vb
        self._spans: tuple[Span, ...] = ()
        self.setParentItem(plot.vb)
        self.setZValue(60)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        plot.vb.sigRangeChanged.connect(self._moved)
        plot.vb.sigResized.connect(self._moved)
        self.hide()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stages shown."""
        return self._spans

    def show_spans(self, spans: tuple[Span, ...]) -> None:
        """Show these stages; none hides the band."""
        if spans != self._spans:
            self._spans = spans
            self.setVisible(bool(spans))
            self._moved()

    def span_at(self, x: float) -> Span | None:
        """The stage at a place on the axis of problems."""
        return next((span for span in self._spans if span.first <= round(x) <= span.last), None)

    def holds(self, y: float) -> bool:
        """Whether a height, in the plot's own coordinates, lies in the band."""
        return bool(self._spans) and self._view.mapFromView(QPointF(0.0, y)).y() <= self._height

    def _moved(self, *_: object) -> None:
        self.prepareGeometryChange()
        self.update()

    @property
    def _height(self) -> int:
        return HIGH if len(self._spans) <= MOST_WORDS else LOW

    def boundingRect(self) -> QRectF:
        """The top of the view."""
        return QRectF(0, 0, self._view.width(), self._height)

    def paint(self, painter: QPainter, *_: object) -> None:
        """An area for each stage, with its label where that fits."""
        room, order = self.boundingRect(), kinds(self._spans)
        painter.setClipRect(room)
        painter.setFont(theme.font(7))
        metrics = painter.fontMetrics()
        for span in self._spans:
            left, right = (
                self._view.mapFromView(QPointF(x, 0.0)).x()
                for x in (span.first - 0.5, span.last + 0.5)
            )
            area = QRectF(left, 0, right - left, room.height()) & room
            if area.width() <= 0:
                continue
            colour = theme.color(colour_of(span.kind, order))
            colour.setAlphaF(0.55 if theme.palette.dark else 0.7)
            gap = 1 if area.width() > 4 else 0
            painter.fillRect(area.adjusted(0, 0, -gap, 0), colour)
            if self._height == HIGH and area.width() > LEAST:
                label = metrics.elidedText(
                    span.label, Qt.TextElideMode.ElideRight, int(area.width()) - 4
                )
                painter.setPen(theme.color("text"))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)
