"""The colours of both themes, and Qt's palette and style sheet made from them.

Scientific colours are Okabe and Ito's, and mean one thing in every panel; only what
carries no meaning (backgrounds, text, grids) differs between the two palettes.
"""

from __future__ import annotations

import string
from dataclasses import asdict, dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette

from l2l_gui.look.resources_path import resource


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme that carry no scientific meaning, as ``#rrggbb``."""

    dark: bool
    background: str
    panel: str
    raised: str
    border: str
    text: str
    quiet: str
    grid: str
    accent: str
    on_accent: str
    hover: str
    warning: str
    error: str
    sample: str
    delay: str
    response: str
    perturbed: str


DARK = Palette(
    dark=True,
    background="#1b1d21",
    panel="#212429",
    raised="#2b2f36",
    border="#3a3f48",
    text="#e6e8eb",
    quiet="#9aa1ab",
    grid="#3c424b",
    accent="#5aa9e6",
    on_accent="#0d1117",
    hover="#343941",
    warning="#e8b04a",
    error="#f0776c",
    sample="#2a3440",
    delay="#24272c",
    response="#34302a",
    perturbed="#ffffff",
)

LIGHT = Palette(
    dark=False,
    background="#f2f3f5",
    panel="#ffffff",
    raised="#ffffff",
    border="#cdd2d9",
    text="#1d2229",
    quiet="#5f6873",
    grid="#d5d9df",
    accent="#1769aa",
    on_accent="#ffffff",
    hover="#e4e8ed",
    warning="#9a6700",
    error="#b3261e",
    sample="#e6eef7",
    delay="#f5f6f7",
    response="#f8efe2",
    perturbed="#000000",
)

BLUE, VERMILION, GREEN, ORANGE = "#0072b2", "#d55e00", "#009e73", "#e69f00"
PURPLE, SKY, GREY = "#cc79a7", "#56b4e9", "#8c8c8c"

SCIENCE = {
    "stimulus0": BLUE,
    "response0": BLUE,
    "stimulus1": VERMILION,
    "response1": VERMILION,
    "fixation": GREY,
    "decision": GREEN,
    "stimulus": ORANGE,
    "weight": PURPLE,
    "state": SKY,
}
"""What each fixed colour means; ``perturbed`` is black on light and white on dark."""

LINE = {"parallel": Qt.PenStyle.SolidLine, "perpendicular": Qt.PenStyle.DashLine}
"""Line styles with a meaning."""


def style_sheet(palette: Palette) -> str:
    """The application's style sheet in ``palette``."""
    template = resource("style/application.qss").read_text(encoding="utf-8")
    icons = resource("icons").as_posix()
    shade = "dark" if palette.dark else "light"
    return string.Template(template).substitute(asdict(palette), icons=icons, shade=shade)


def qt_palette(palette: Palette) -> QPalette:
    """Qt's roles in ``palette``."""
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.background,
        role.WindowText: palette.text,
        role.Base: palette.panel,
        role.AlternateBase: palette.background,
        role.Text: palette.text,
        role.Button: palette.raised,
        role.ButtonText: palette.text,
        role.BrightText: palette.error,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.PlaceholderText: palette.quiet,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Mid: palette.border,
        role.Dark: palette.border,
        role.Light: palette.raised,
        role.Midlight: palette.hover,
        role.Shadow: "#000000",
    }
    result = QPalette()
    for key, value in colours.items():
        result.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(palette.quiet))
    return result
