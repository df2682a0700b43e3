"""Labels and titles of plots that fit their space: smaller, then shorter, then elided.

Whatever is shortened is complete in the tooltip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QGraphicsTextItem

SMALLEST = 0.8
"""Of the usual size; smaller is not read with ease."""
NUDGE = 5
"""Pixels by which pyqtgraph puts a label nearer to the edge than its margins are."""
FEWER_WORDS = (("Time in the trial", "Time"), ("stimulus ", ""))
LINE = "<br>"
COUNTED = re.compile(r"(Problem|Trial|Component|Unit|From unit|To unit)\b(?!s)")
"""Labels of axes on which there is nothing between two whole numbers."""
TICK_ROOM = 15
"""Pixels a tick's words take of a vertical axis."""
LABEL_HEIGHT, TICK_HEIGHT, BARE_HEIGHT = 38, 20, 4
"""Pixels below a plot with a label, with numbers only, with neither: were they measured, as
pyqtgraph does, they would grow with what was shown once and never shrink again."""


def fewer(words: str) -> Iterator[str]:
    """The words, then ever fewer that still say what they do.

    Examples
    --------
    >>> list(fewer("Time in the trial (ms)"))
    ['Time in the trial (ms)', 'Time (ms)', 'Time']
    """
    yield words
    for long, short in FEWER_WORDS:
        if long in words:
            words = words.replace(long, short)
            yield words
    bare = re.sub(r" \([^()]*\)(?=$|<br>)", "", words)
    if bare != words:
        yield bare


def cut(words: str, width: float, metrics: QFontMetricsF) -> str:
    """The words with each line cut to a width (pixels)."""
    right = Qt.TextElideMode.ElideRight
    return LINE.join(metrics.elidedText(line, right, width) for line in words.split(LINE))


def fit(item: QGraphicsTextItem, words: str, room: float, write: Callable[[str], None]) -> float:
    """Say as much of ``words`` as ``room`` (pixels) holds, and return the width it takes.

    Parameters
    ----------
    item : what says it, at its usual size
    words : all there is to say
    room : width of the line
    write : gives ``item`` words, in its colours
    """
    item.setToolTip("")
    margin = 2 * item.document().documentMargin()  # type: ignore[union-attr]
    said = words
    for said in fewer(words):
        write(said)
        if (item.boundingRect().width() - margin) * SMALLEST <= room:
            break
    else:
        said = cut(said, room / SMALLEST, QFontMetricsF(item.font()))
        write(said)
    if said != words:
        item.setToolTip(words.replace(LINE, "\n"))
    needed = item.boundingRect().width() - margin
    scale = 1.0 if needed <= room else max(SMALLEST, room / needed)
    item.setScale(scale)
    return float(item.boundingRect().width() * scale)


def fit_label(axis: pg.AxisItem) -> None:
    """Let an axis's label keep to the length of the axis."""
    vertical = axis.orientation in ("left", "right")
    place = axis.resizeEvent
    last: tuple[object, ...] = ()

    def placed(event: object = None) -> None:
        nonlocal last
        if axis.label is None:  # closed
            place(event)
            return
        size = axis.size()
        room = size.height() if vertical else size.width()
        text = axis.labelString()
        now = (text, round(room), round(size.width()))
        if now == last:
            return
        last = now
        words = axis.labelText
        if not words or axis.labelUnits or room <= 0:
            place(event)
            return
        style = ";".join(f"{name}: {value}" for name, value in axis.labelStyle.items())

        def say(said: str) -> None:
            axis.label.setHtml(f"<span style='{style}'>{said}</span>")

        span = fit(axis.label, words, room, say)
        thick = axis.label.boundingRect().height() * axis.label.scale()
        start, width, height = int((room + span) / 2), size.width(), size.height()
        axis.label.setPos(
            *{
                "left": (-NUDGE, start),
                "right": (int(width - thick + NUDGE), start),
                "top": (int((width - span) / 2), -NUDGE),
                "bottom": (int((width - span) / 2), int(height - thick + NUDGE)),
            }[axis.orientation]
        )
        axis.picture = None

    write = axis._updateLabel

    def written() -> None:
        nonlocal last
        write()
        last = ()
        if axis.orientation == "bottom":
            bare = TICK_HEIGHT if axis.style["showValues"] else BARE_HEIGHT
            axis.setHeight(LABEL_HEIGHT if axis.labelText else bare)
        placed()

    axis.resizeEvent, axis._updateLabel = placed, written
    _space_ticks(axis, vertical)
    written()


def without_values(plot: pg.PlotItem) -> None:
    """Leave the numbers below a plot to the one under it, which has the same."""
    axis = plot.getAxis("bottom")
    axis.setStyle(showValues=False)
    axis.setHeight(BARE_HEIGHT)


def _space_ticks(axis: pg.AxisItem, vertical: bool) -> None:
    """Number a vertical axis so rarely that the numbers stay apart, and no halves of problems."""
    usual = axis.tickSpacing

    def spaced(low: float, high: float, size: float) -> list[tuple[float, float]]:
        levels: list[tuple[float, float]] = usual(low, high, size)
        if axis._tickSpacing is not None or not levels:
            return levels
        if COUNTED.match(axis.labelText or ""):
            levels = [level for level in levels if level[0] >= 1] or [(1.0, 0.0)]
        if not vertical:
            return levels
        (spacing, offset), *_ = levels
        wider = spacing
        for factor in (1, 2, 5, 10):
            wider = spacing * factor
            if (high - low) / wider * TICK_ROOM <= size:
                break
        return levels if wider == spacing else [(wider, offset)]

    axis.tickSpacing = spaced


def fit_title(plot: pg.PlotItem) -> None:
    """Let a plot's title keep to the plot's width, and never widen it."""
    title = plot.titleLabel
    measure = title.updateMin

    def slim() -> None:
        measure()
        title.setMinimumWidth(0)
        title.setPreferredWidth(0)

    def placed(_event: object = None) -> None:
        colour = pg.mkColor(title.opts["color"] or pg.getConfigOption("foreground")).name()
        style = f"color: {colour}; font-size: {title.opts.get('size', '9pt')}"
        span = fit(
            title.item,
            title.text,
            title.rect().width(),
            lambda said: title.item.setHtml(f"<span style='{style}'>{said}</span>"),
        )
        height = title.item.boundingRect().height() * title.item.scale()
        title.item.setPos((title.rect().width() - span) / 2, (title.rect().height() - height) / 2)
        title.updateMin()

    title.updateMin = slim
    title.resizeEvent = placed
