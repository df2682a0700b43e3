"""An SVG writer for QPainter whose files look the same in every viewer.

Qt's own generator loses the clip when a painter is restored, and writes hair lines as
strokes that must not scale with their group, which several editors ignore. Here every
coordinate is in the picture's own pixels, so neither arises.
"""

from __future__ import annotations

import base64
from html import escape
from typing import Any

from PyQt6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import (
    QBrush,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QTextItem,
    QTransform,
)

_CAPS = {Qt.PenCapStyle.FlatCap: "butt", Qt.PenCapStyle.RoundCap: "round"}
_JOINS = {Qt.PenJoinStyle.RoundJoin: "round", Qt.PenJoinStyle.BevelJoin: "bevel"}
_SANS = "DejaVu Sans, Helvetica, Arial, sans-serif"


class SvgDevice(QPaintDevice):
    """Paint on it, then take :meth:`text`.

    Parameters
    ----------
    size : of the picture, in pixels.
    dpi : pixels an inch, for the sizes of fonts.
    """

    def __init__(self, size: QSize, dpi: int, title: str = "") -> None:
        super().__init__()
        self._size, self._dpi, self._title = size, dpi, title
        self._engine = _SvgEngine()

    def paintEngine(self) -> QPaintEngine:  # noqa: N802
        """The writer."""
        return self._engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        """Size and resolution."""
        kind = QPaintDevice.PaintDeviceMetric
        values = {
            kind.PdmWidth: self._size.width(),
            kind.PdmHeight: self._size.height(),
            kind.PdmWidthMM: round(self._size.width() * 25.4 / self._dpi),
            kind.PdmHeightMM: round(self._size.height() * 25.4 / self._dpi),
            kind.PdmNumColors: 2**31 - 1,
            kind.PdmDepth: 32,
            kind.PdmDevicePixelRatio: 1,
            kind.PdmDevicePixelRatioScaled: int(QPaintDevice.devicePixelRatioFScale()),
        }
        return values.get(metric, self._dpi)

    def text(self) -> str:
        """The finished SVG."""
        width, height = self._size.width(), self._size.height()
        clips = "\n".join(
            f'<clipPath id="clip{number}"><path d="{data}"/></clipPath>'
            for data, number in self._engine.clips.items()
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'version="1.1" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
            f"<title>{escape(self._title)}</title>\n<defs>\n{clips}\n</defs>\n"
            f"{''.join(self._engine.parts)}</svg>\n"
        )


class _SvgEngine(QPaintEngine):
    """Writes each call with the painter's state at that moment."""

    def __init__(self) -> None:
        features = QPaintEngine.PaintEngineFeature
        super().__init__(
            features.PrimitiveTransform
            | features.PixmapTransform
            | features.PainterPaths
            | features.Antialiasing
            | features.AlphaBlend
            | features.ConstantOpacity
            | features.PatternBrush
        )
        self.parts: list[str] = []
        self.clips: dict[str, int] = {}
        self._clip: QPainterPath | None = None

    def _painter(self) -> QPainter:
        painter = self.painter()
        assert painter is not None  # Qt calls an engine only while one paints
        return painter

    def _device(self) -> QPaintDevice:
        device = self._painter().device()
        assert device is not None
        return device

    def begin(self, device: QPaintDevice | None) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:  # noqa: N802
        """Follow the clip; everything else the painter is asked when something is drawn."""
        flags, flag = state.state(), QPaintEngine.DirtyFlag
        if not flags & (flag.DirtyClipPath | flag.DirtyClipRegion):
            return
        operation = state.clipOperation()
        if operation == Qt.ClipOperation.NoClip:
            self._clip = None
            return
        new = QPainterPath()
        if flags & flag.DirtyClipPath:
            new = state.clipPath()
        else:
            new.addRegion(state.clipRegion())
        new = state.transform().map(new)
        if self._clip is not None and operation == Qt.ClipOperation.IntersectClip:
            new = self._clip.intersected(new)
        self._clip = new

    # -- primitives --------------------------------------------------------------------

    def drawPath(self, path: QPainterPath) -> None:  # noqa: N802
        painter = self._painter()
        self._draw(path, painter.pen(), painter.brush())

    def drawPolygon(self, points: Any, mode: QPaintEngine.PolygonDrawMode) -> None:  # noqa: N802
        painter, path = self._painter(), QPainterPath()
        path.addPolygon(QPolygonF([QPointF(point) for point in points]))
        if mode == QPaintEngine.PolygonDrawMode.PolylineMode:
            self._draw(path, painter.pen(), QBrush())
            return
        path.closeSubpath()
        if mode == QPaintEngine.PolygonDrawMode.WindingMode:
            path.setFillRule(Qt.FillRule.WindingFill)
        self._draw(path, painter.pen(), painter.brush())

    def drawTextItem(self, position: QPointF, item: QTextItem) -> None:  # noqa: N802
        painter, font = self._painter(), item.font()
        size = font.pixelSize() if font.pixelSize() > 0 else font.pointSizeF() * self._dpi() / 72
        weight = ' font-weight="bold"' if font.bold() else ""
        slant = ' font-style="italic"' if font.italic() else ""
        self._write(
            f'<text x="{position.x():.2f}" y="{position.y():.2f}" font-family="{_SANS}" '
            f'font-size="{size:.4g}"{weight}{slant} xml:space="preserve"'
            f"{_paint('fill', painter.pen().color(), painter.opacity())}"
            f"{_placed(painter.deviceTransform())}>{escape(item.text())}</text>"
        )

    def drawPixmap(self, target: QRectF, pixmap: QPixmap, source: QRectF) -> None:  # noqa: N802
        self._image(target, pixmap.copy(source.toAlignedRect()).toImage())

    def drawImage(  # noqa: N802
        self,
        target: QRectF,
        image: QImage,
        source: QRectF,
        flags: Qt.ImageConversionFlag = Qt.ImageConversionFlag.AutoColor,
    ) -> None:
        self._image(target, image.copy(source.toAlignedRect()))

    # -- writing -----------------------------------------------------------------------

    def _dpi(self) -> float:
        return self._device().logicalDpiY()

    def _draw(self, path: QPainterPath, pen: QPen, brush: QBrush) -> None:
        painter = self._painter()
        transform, opacity = painter.deviceTransform(), painter.opacity()
        filled = brush.style() != Qt.BrushStyle.NoBrush
        stroked = pen.style() != Qt.PenStyle.NoPen
        if path.isEmpty() or not (filled or stroked):
            return
        fill = _paint("fill", brush.color(), opacity) if filled else ' fill="none"'
        rule = ' fill-rule="evenodd"' if path.fillRule() == Qt.FillRule.OddEvenFill else ""
        stroke = _stroke(pen, transform, opacity) if stroked else ""
        data = _path_data(transform.map(path))
        self._write(f'<path d="{data}"{fill}{rule if filled else ""}{stroke}/>')

    def _image(self, target: QRectF, image: QImage) -> None:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        coded = base64.b64encode(buffer.data().data()).decode("ascii")
        self._write(
            f'<image x="{target.x():.6g}" y="{target.y():.6g}" width="{target.width():.6g}" '
            f'height="{target.height():.6g}" preserveAspectRatio="none" '
            f'style="image-rendering:pixelated"{_placed(self._painter().deviceTransform())} '
            f'xlink:href="data:image/png;base64,{coded}"/>'
        )

    def _write(self, element: str) -> None:
        if self._clip is None or not self._painter().hasClipping():
            self.parts.append(f"{element}\n")
            return
        data = _path_data(self._clip)
        number = self.clips.setdefault(data, len(self.clips) + 1)
        self.parts.append(f'<g clip-path="url(#clip{number})">{element}</g>\n')


def _paint(role: str, color: Any, opacity: float) -> str:
    alpha = color.alphaF() * opacity
    return f' {role}="{color.name()}"' + (f' {role}-opacity="{alpha:.3g}"' if alpha < 1 else "")


def _stroke(pen: QPen, transform: QTransform, opacity: float) -> str:
    width = pen.widthF() or 1.0
    if not pen.isCosmetic():
        width *= abs(transform.determinant()) ** 0.5
    text = f'{_paint("stroke", pen.color(), opacity)} stroke-width="{width:.3g}"'
    text += f' stroke-linecap="{_CAPS.get(pen.capStyle(), "square")}"'
    text += f' stroke-linejoin="{_JOINS.get(pen.joinStyle(), "miter")}"'
    if pen.style() != Qt.PenStyle.SolidLine:
        dashes = " ".join(f"{width * dash:.4g}" for dash in pen.dashPattern())
        text += f' stroke-dasharray="{dashes}"'
    return text


def _placed(transform: QTransform) -> str:
    t = transform
    values = (t.m11(), t.m12(), t.m21(), t.m22(), t.dx(), t.dy())
    return f' transform="matrix({" ".join(f"{value:.6g}" for value in values)})"'


def _path_data(path: QPainterPath) -> str:
    kinds, pieces = QPainterPath.ElementType, []
    for index in range(path.elementCount()):
        element = path.elementAt(index)
        letter = {kinds.MoveToElement: "M", kinds.LineToElement: "L", kinds.CurveToElement: "C"}
        pieces.append(f"{letter.get(element.type, '')}{element.x:.2f},{element.y:.2f}")
    return " ".join(pieces)
