"""The application's look: which palette is shown, and pens, fonts and icons in it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pyqtgraph as pg
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QBrush, QColor, QFont, QIcon, QPalette, QPen
from PyQt6.QtWidgets import QApplication, QGraphicsItem, QWidget

from l2l_gui.look.deletion import delete_later
from l2l_gui.look.icons import tinted_icon
from l2l_gui.look.palette import DARK, LIGHT, LINE, SCIENCE, Palette, qt_palette, style_sheet

__all__ = [
    "DARK",
    "LIGHT",
    "LINE",
    "SCIENCE",
    "Mode",
    "Palette",
    "Theme",
    "style_sheet",
    "theme",
    "tinted_icon",
]


class Mode(enum.Enum):
    """Which palette is shown; ``SYSTEM`` follows the desktop and stands for unknown words."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"

    @classmethod
    def _missing_(cls, value: object) -> Mode:
        return cls.SYSTEM  # a spoiled setting counts as missing


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon, /) -> None: ...  # noqa: N802


class Theme(QObject):
    """The application's look. One shared instance: :data:`theme`."""

    changed = pyqtSignal(object)  # Palette

    def __init__(self) -> None:
        super().__init__()
        self._mode = Mode.SYSTEM
        self._palette = LIGHT
        self._app: QApplication | None = None
        pg.setConfigOptions(background=LIGHT.panel, foreground=LIGHT.text, antialias=False)

    # -- choosing ----------------------------------------------------------------------

    @property
    def palette(self) -> Palette:
        """The colours in use."""
        return self._palette

    @property
    def mode(self) -> Mode:
        """The chosen mode."""
        return self._mode

    def set_mode(self, mode: Mode | str) -> None:
        """Choose ``system``, ``dark`` or ``light``."""
        self._mode = Mode(mode)
        self._refresh()

    def apply(self, app: QApplication) -> None:
        """Style ``app`` and follow the desktop's colour scheme from now on."""
        if self._app is not app:
            self._app = app
            app.setStyle("Fusion")
            hints = app.styleHints()
            if hints is not None:
                hints.colorSchemeChanged.connect(self._refresh)
            self._paint_application()
        self._refresh()

    def _refresh(self) -> None:
        dark = self._mode is Mode.DARK or (self._mode is Mode.SYSTEM and _desktop_is_dark())
        palette = DARK if dark else LIGHT
        if palette is not self._palette:
            self._use(palette)

    @contextmanager
    def printing(self, widget: QWidget) -> Iterator[Palette]:
        """Draw ``widget`` in light colours for paper.

        The screen does not show it as long as no events are processed inside the block.
        Only this widget gets the light style sheet: restyling the whole application would
        take a large window a quarter of a second.
        """
        shown = self._palette
        if shown is LIGHT:
            yield shown
            return
        palette, own = QPalette(widget.palette()), widget.styleSheet()
        explicit = widget.testAttribute(Qt.WidgetAttribute.WA_SetPalette)
        try:
            widget.setPalette(qt_palette(LIGHT))
            labels = f"QLabel {{ color: {LIGHT.text}; }}"  # children do not inherit the palette
            widget.setStyleSheet(labels + style_sheet(LIGHT) + own)
            self._tell(LIGHT)
            yield LIGHT
        finally:
            widget.setStyleSheet(own)
            widget.setPalette(palette if explicit else QPalette())
            self._tell(shown)

    def _use(self, palette: Palette) -> None:
        self._palette = palette
        self._paint_application()
        self._tell(palette)

    def _tell(self, palette: Palette) -> None:
        self._palette = palette
        pg.setConfigOptions(background=palette.panel, foreground=palette.text)
        self.changed.emit(palette)

    def _paint_application(self) -> None:
        if self._app is not None:
            self._app.setPalette(qt_palette(self._palette))
            self._app.setStyleSheet(style_sheet(self._palette))

    # -- drawing -----------------------------------------------------------------------

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        """A scientific colour, a :class:`Palette` field or ``#rrggbb``; ``alpha`` from 0 to 1."""
        if name in SCIENCE:
            value = SCIENCE[name]
        elif name.startswith("#"):
            value = name
        else:
            value = getattr(self._palette, name)
        color = QColor(value)
        color.setAlphaF(alpha)
        return color

    def pen(
        self,
        name: str,
        width: float = 1,
        style: Qt.PenStyle | str = Qt.PenStyle.SolidLine,
        alpha: float = 1.0,
    ) -> QPen:
        """A cosmetic pen; ``style`` may be ``parallel`` or ``perpendicular`` (see :data:`LINE`)."""
        line = LINE[style] if isinstance(style, str) else style
        return pg.mkPen(self.color(name, alpha), width=width, style=line)

    def brush(self, name: str, alpha: float = 1.0) -> QBrush:
        """A solid brush."""
        return QBrush(self.color(name, alpha))

    def font(self, size: int = 9, bold: bool = False) -> QFont:
        """The application's font at ``size`` points."""
        font = QFont(QApplication.font())
        font.setPointSize(size)
        font.setBold(bold)
        return font

    def style_plot(self, plot: Any, grid: bool = True) -> None:
        """Give a PlotItem or PlotWidget this palette's background, axes, fonts and grid."""
        item = plot.getPlotItem() if hasattr(plot, "getPlotItem") else plot
        if item is None:
            return  # pyqtgraph has closed it
        if item is not plot:
            plot.setBackground(self._palette.panel)
        for name in ("left", "bottom", "right", "top"):
            axis = item.getAxis(name)
            axis.setPen(pg.mkPen(self._palette.grid))
            axis.setTextPen(pg.mkPen(self._palette.quiet))
            axis.setTickFont(self.font(8))
            axis.setStyle(tickLength=4, tickTextOffset=4)
            axis.labelStyle.update({"color": self._palette.text, "font-size": "9pt"})
            # ticks, grid and words are painted when they change, not whenever a curve moves
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            if axis.labelText:
                axis.setLabel(
                    axis.labelText, units=axis.labelUnits or None, unitPrefix=axis.labelUnitPrefix
                )
        if item.titleLabel.isVisible() and item.titleLabel.text:
            item.setTitle(item.titleLabel.text, color=self._palette.text, size="9pt")
        if item.legend is not None:
            item.legend.setLabelTextColor(self._palette.text)
            for _, label in item.legend.items:
                label.setText(label.text)
            item.legend.setLabelTextSize("8pt")
            item.legend.setBrush(self.brush("panel", 0.85))
        item.showGrid(x=grid, y=grid, alpha=0.35)

    # -- icons -------------------------------------------------------------------------

    def icon(self, name: str) -> QIcon:
        """The icon ``resources/icons/NAME.svg`` in this theme's text colour.

        It does not follow a later change of theme: see :meth:`set_icon`.
        """
        palette = self._palette
        icon = QIcon()
        for mode, colour in (
            (QIcon.Mode.Normal, palette.text),
            (QIcon.Mode.Disabled, palette.border if palette.dark else "#b4bac2"),
        ):
            for size in (16, 20, 24, 32, 48, 64):
                icon.addPixmap(tinted_icon(name, colour, size), mode)
        return icon

    def set_icon(self, target: _HasIcon, name: str) -> None:
        """Give an action or button an icon that follows the theme while the target lives."""
        if isinstance(target, QObject):
            for old in target.findChildren(_IconBinding):
                old.setParent(None)
                delete_later(old)
        _IconBinding(self, target, name)


class _IconBinding(QObject):
    """A child of its target, so that the connection ends with it."""

    def __init__(self, source: Theme, target: Any, name: str) -> None:
        super().__init__(target)
        self._source, self._name = source, name
        source.changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        target: Any = self.parent()
        if target is not None:
            target.setIcon(self._source.icon(self._name))


def _desktop_is_dark() -> bool:
    app = QApplication.instance()
    hints = app.styleHints() if isinstance(app, QApplication) else None
    return hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark


theme = Theme()
