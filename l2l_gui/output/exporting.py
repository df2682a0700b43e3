"""Pictures of widgets and the numbers behind them, to files and to the clipboard.

SVG and PDF are painted by Qt from the scene itself: text stays text and curves stay
vectors, whatever pyqtgraph's own exporters make of an item.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QMarginsF, QMimeData, QPoint, QRect, QRectF, QSizeF, Qt
from PyQt6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PyQt6.QtWidgets import QApplication, QGraphicsItem, QGraphicsView, QWidget

from l2l_engine.storage.atomic import ExportError, replacing
from l2l_gui.look.theme import theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.output.svg import SvgDevice
from l2l_gui.plotting.projected_plot import ProjectedPlot

PICTURES = {".png": "PNG picture (*.png)", ".svg": "SVG drawing (*.svg)", ".pdf": "PDF (*.pdf)"}
TABLES = {".csv": "CSV table (*.csv)", ".npz": "NumPy arrays (*.npz)"}
SCALE = 2.0
INCH_MM = 25.4
UNCACHED = QGraphicsItem.CacheMode.NoCache
UNSEEN = "unseen"
"""A widget with this property is left out of pictures."""

__all__ = ["PICTURES", "TABLES", "ExportError", "PanelData", "copy_data", "copy_picture", "export"]


def file_filter(data: bool = True) -> str:
    """The filter of a save dialog."""
    return ";;".join({**PICTURES, **(TABLES if data else {})}.values())


def export(widget: QWidget, path: Path, data: PanelData | None = None) -> None:
    """Write a widget's picture (PNG, SVG, PDF) or its data (CSV, NPZ), by the file's suffix.

    SVG and PDF are drawn in the light theme, for paper.

    Raises
    ------
    ExportError
        When the suffix is unknown, there is no data, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in TABLES:
        if data is None:
            raise ExportError(f"{path.name} cannot be written: this panel has no data to export.")
        (data.write_csv if suffix == ".csv" else data.write_npz)(path)
    elif suffix == ".png":
        with replacing(path) as part:
            if not picture(widget).save(str(part), "PNG"):
                raise OSError("the picture could not be stored")
    elif suffix in (".svg", ".pdf"):
        with replacing(path) as part, theme.printing(widget):
            if suffix == ".svg":
                part.write_text(svg(widget), encoding="utf-8")
            else:
                write_pdf(widget, part)
    else:
        known = ", ".join({**PICTURES, **TABLES})
        raise ExportError(f"{path.name} has no known ending: choose one of {known}.")


def picture(widget: QWidget, scale: float = SCALE) -> QImage:
    """The widget as an image of ``scale`` times its size."""
    image = QImage(widget.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(theme.color("panel"))
    with _painting(image, widget, scale) as painter:
        _paint(widget, painter)
    return image


def svg(widget: QWidget) -> str:
    """The widget drawn as SVG 1.1."""
    title = widget.windowTitle() or widget.accessibleName()
    device = SvgDevice(widget.size(), widget.logicalDpiX(), title)
    with _painting(device, widget) as painter:
        _paint(widget, painter)
    return device.text()


def write_pdf(widget: QWidget, path: Path) -> None:
    """Draw the widget as a one-page PDF of the widget's size."""
    dpi = widget.logicalDpiX()
    size = QSizeF(widget.width(), widget.height()) * (INCH_MM / dpi)
    writer = QPdfWriter(str(path))
    writer.setResolution(dpi)
    writer.setCreator("L2L Explorer")
    page = QPageSize(
        size, QPageSize.Unit.Millimeter, matchPolicy=QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    with _painting(writer, widget) as painter:
        _paint(widget, painter)


def copy_picture(widget: QWidget) -> None:
    """Put the widget's picture on the clipboard, as an image and as SVG."""
    mime = QMimeData()
    mime.setImageData(picture(widget))
    with theme.printing(widget):
        mime.setData("image/svg+xml", svg(widget).encode())
    _clipboard_set(mime)


def copy_data(data: PanelData) -> None:
    """Put a table on the clipboard, tab-separated as spreadsheets take it, and as CSV."""
    mime = QMimeData()
    mime.setText(data.text("\t", comments=False))
    mime.setData("text/csv", data.text().encode())
    _clipboard_set(mime)


def copy_text(words: str) -> None:
    """Put words on the clipboard."""
    mime = QMimeData()
    mime.setText(words)
    _clipboard_set(mime)


def _clipboard_set(mime: QMimeData) -> None:
    clipboard = QApplication.clipboard()
    if clipboard is not None:
        clipboard.setMimeData(mime)


# -- painting --------------------------------------------------------------------------


@contextmanager
def _painting(device: Any, widget: QWidget, scale: float = 1.0) -> Iterator[QPainter]:
    """A painter on ``device``, with pyqtgraph's items drawing paths in place of pixel maps.

    Curves' pens do not scale with the picture by themselves, so ``scale`` widens them.
    """
    views = _views(widget)
    for view in views:
        if isinstance(view, ProjectedPlot):
            view.ensure_drawn()
    scenes = [scene for view in views if (scene := view.scene()) is not None]
    items = [item for scene in scenes for item in scene.items()]
    able = [item for item in items if hasattr(item, "setExportMode")]
    lines = [item for item in items if isinstance(item, (pg.PlotCurveItem, pg.PlotDataItem))]
    before = [dict(item.opts) for item in lines]
    cached = [(item, mode) for item in items if (mode := item.cacheMode()) != UNCACHED]
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("the file could not be opened")
    try:
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        options = {"antialias": True, "painter": painter, "background": None, "resolutionScale": 1}
        for item, _ in cached:  # what is cached is pixels
            item.setCacheMode(UNCACHED)
        for item in able:
            item.setExportMode(True, options)
        for item in lines:
            item.opts["segmentedLineMode"] = "off"  # one path a curve, not one for each segment
            item.opts["pen"] = pen = pg.mkPen(item.opts["pen"])
            pen.setWidthF(scale * max(1.0, pen.widthF()))
        yield painter
    finally:
        for item in able:
            item.setExportMode(False)
        for item, mode in cached:
            item.setCacheMode(mode)
        for item, options in zip(lines, before, strict=True):
            item.opts.clear()
            item.opts.update(options)
        painter.end()


def _views(widget: QWidget) -> list[QGraphicsView]:
    own = [widget] if isinstance(widget, QGraphicsView) else []
    return [
        view
        for view in own + widget.findChildren(QGraphicsView)
        if view.scene() is not None and (view is widget or view.isVisibleTo(widget))
    ]


def _paint(widget: QWidget, painter: QPainter) -> None:
    """Paint a widget and what is in it, graphics views from their scenes.

    Qt's own rendering of a tree of widgets would paint each view's viewport as pixels.
    """
    painter.fillRect(widget.rect(), theme.color("panel"))
    _paint_tree(widget, widget, painter)


def _paint_tree(widget: QWidget, root: QWidget, painter: QPainter) -> None:
    corner = widget.mapTo(root, QPoint())
    if isinstance(widget, QGraphicsView):
        _paint_scene(widget, root, painter)
    else:
        widget.render(painter, corner, flags=QWidget.RenderFlag(0))
    for child in widget.children():
        if (
            isinstance(child, QWidget)
            and not child.isWindow()
            and child.isVisibleTo(widget)
            and not child.property(UNSEEN)
            and not (isinstance(widget, QGraphicsView) and child is widget.viewport())
        ):
            _paint_tree(child, root, painter)


def _paint_scene(view: QGraphicsView, root: QWidget, painter: QPainter) -> None:
    viewport = view.viewport()
    assert viewport is not None  # every view has one
    if isinstance(view, pg.GraphicsView):
        view.scene().prepareForPaint()
    target = QRectF(QRect(viewport.mapTo(root, QPoint()), viewport.size()))
    painter.save()
    view.render(painter, target, viewport.rect(), Qt.AspectRatioMode.IgnoreAspectRatio)
    painter.restore()
