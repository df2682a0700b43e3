"""SVG files every viewer shows alike.

Qt writes cosmetic pens as strokes that do not scale with their group's transformation,
which several viewers and editors ignore: hair lines become bars. Here the transformation
is applied to the coordinates instead. Groups Qt left empty are dropped.
"""

from __future__ import annotations

import re

_GROUP = re.compile(
    r'<g (?P<head>[^>]*?)transform="matrix\((?P<matrix>[^)]*)\)"(?P<tail>[^>]*)>'
    r"(?P<body>(?:(?!</?g\b).)*)</g>",
    re.DOTALL,
)
_EMPTY = re.compile(r"<g [^>]*>\s*</g>\s*")
_ELEMENT = re.compile(r"<(\w+)")
_PAIR = re.compile(r"(-?[\d.]+(?:e[+-]?\d+)?)[ ,](-?[\d.]+(?:e[+-]?\d+)?)")
_COORDINATES = re.compile(r' (d|points)="([^"]*)"')
_RECT = re.compile(
    r'<rect vector-effect="non-scaling-stroke" x="([^"]*)" y="([^"]*)" '
    r'width="([^"]*)" height="([^"]*)"\s*/>'
)
_FIXED_STROKE = ' vector-effect="non-scaling-stroke"'
_FLAT = {"path", "polyline", "polygon", "rect"}

Matrix = tuple[float, float, float, float, float, float]


def portable(text: str) -> str:
    """Rewrite what QSvgGenerator wrote so that no stroke depends on ``vector-effect``."""
    text = _GROUP.sub(_flattened, text)
    while True:
        text, dropped = _EMPTY.subn("", text)
        if not dropped:
            break
    text = text.replace(' vector-effect="none"', "")
    return text.replace('font-family="Sans Serif"', 'font-family="sans-serif"')


def _flattened(group: re.Match[str]) -> str:
    body = group["body"]
    if _FIXED_STROKE not in body or not set(_ELEMENT.findall(body)) <= _FLAT:
        return group[0]
    if body.count(_FIXED_STROKE) != len(_ELEMENT.findall(body)):
        return group[0]
    a, b, c, d, e, f = (float(part) for part in group["matrix"].split(","))
    matrix = (a, b, c, d, e, f)
    body = _RECT.sub(_outline, body)
    body = _COORDINATES.sub(lambda match: _moved(match, matrix), body)
    return f"<g {group['head'].rstrip()}{group['tail']}>{body.replace(_FIXED_STROKE, '')}</g>"


def _outline(rect: re.Match[str]) -> str:
    x, y, width, height = (float(rect[i]) for i in range(1, 5))
    right, bottom = x + width, y + height
    corners = f"M{x},{y} L{right},{y} L{right},{bottom} L{x},{bottom} Z"
    return f'<path{_FIXED_STROKE} d="{corners}"/>'


def _moved(match: re.Match[str], matrix: Matrix) -> str:
    a, b, c, d, e, f = matrix

    def point(pair: re.Match[str]) -> str:
        x, y = float(pair[1]), float(pair[2])
        return f"{a * x + c * y + e:.2f},{b * x + d * y + f:.2f}"

    return f' {match[1]}="{_PAIR.sub(point, match[2])}"'
