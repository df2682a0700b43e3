"""One meaning, one colour, in both themes; icons and style sheet that follow."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET

import pyqtgraph as pg
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QApplication, QLabel, QToolButton

from l2l_gui.look.resources_path import data, resource
from l2l_gui.look.theme import DARK, LIGHT, SCIENCE, Mode, Palette, style_sheet, theme, tinted_icon

ICONS = [
    "new",
    "open",
    "save",
    "step-trial",
    "step-problem",
    "run",
    "pause",
    "run-until",
    "follow-live",
    "branch",
    "play",
    "loop",
    "help",
    "export",
    "reset",
    "undo",
    "redo",
    "settings",
    "movie",
    "camera",
    "close",
    "spin",
]


@pytest.fixture(autouse=True)
def styled(qapp):
    theme.apply(qapp)
    theme.set_mode("light")
    yield
    theme.set_mode("light")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [channel / 255 for channel in QColor(colour).getRgb()[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_text_is_readable_on_every_background(palette: Palette):
    for ground in (palette.background, palette.panel, palette.raised):
        assert contrast(palette.text, ground) > 7
        assert contrast(palette.quiet, ground) > 4.5
        assert contrast(palette.error, ground) > 4.5
    assert contrast(palette.on_accent, palette.accent) > 4.5


def test_scientific_colours_do_not_change_with_the_theme():
    before = {name: theme.color(name).name() for name in SCIENCE}
    theme.set_mode("dark")
    assert {name: theme.color(name).name() for name in SCIENCE} == before
    assert theme.color("perturbed").name() == "#ffffff"
    theme.set_mode("light")
    assert theme.color("perturbed").name() == "#000000"


def test_a_change_of_mode_is_told_once_and_restyles_the_application(qtbot):
    with qtbot.waitSignal(theme.changed) as told:
        theme.set_mode("dark")
    assert told.args == [DARK]
    assert QApplication.palette().window().color().name() == DARK.background
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode("dark")


def test_system_mode_follows_the_desktop(qapp):
    theme.set_mode("system")
    dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.palette is (DARK if dark else LIGHT)


def test_unknown_colours_are_errors():
    with pytest.raises(AttributeError):
        theme.color("beige")


def test_perpendicular_is_dashed_and_parallel_solid():
    assert theme.pen("weight", 2, "perpendicular").style() == Qt.PenStyle.DashLine
    pen = theme.pen("weight", 2, "parallel")
    assert (pen.style(), pen.width(), pen.isCosmetic()) == (Qt.PenStyle.SolidLine, 2, True)


def test_style_sheet_fills_every_name_and_finds_every_picture():
    for palette in (DARK, LIGHT):
        text = style_sheet(palette)
        assert "$" not in text
        for part in text.split('url("')[1:]:
            assert resource(part.split('"')[0]).is_file()


@pytest.mark.parametrize("name", ICONS)
def test_icons_are_drawn_in_the_text_colour(qapp, name):
    root = ET.parse(resource(f"icons/{name}.svg")).getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke-width") == "1.75"
    image = tinted_icon(name, "#ff0000", 48).toImage()
    drawn = [
        image.pixelColor(x, y)
        for x in range(48)
        for y in range(48)
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert len(drawn) > 60
    assert all(c.red() > 250 and c.green() < 5 for c in drawn)


def test_a_button_keeps_its_icon_in_the_theme_colour(qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    theme.set_icon(button, "run")

    def colour() -> str:
        return button.icon().pixmap(24, 24).toImage().pixelColor(10, 12).name()

    assert colour() == LIGHT.text
    theme.set_mode("dark")
    assert colour() == DARK.text
    theme.set_icon(button, "pause")
    theme.set_mode("light")
    assert button.icon().pixmap(24, 24).toImage().pixelColor(12, 12).alpha() == 0


def test_plots_take_the_palette(qtbot):
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    plot.setLabel("left", "Loss (nats)")
    plot.setTitle("Loss")
    plot.addLegend()
    plot.plot([1, 2], name="loss")
    theme.set_mode("dark")
    theme.style_plot(plot)
    assert plot.backgroundBrush().color().name() == DARK.panel
    assert plot.getAxis("left").textPen().color().name() == DARK.quiet
    assert DARK.text in plot.getAxis("left").label.toHtml()
    assert "Loss (nats)" in plot.getAxis("left").label.toPlainText()
    assert DARK.text in plot.getPlotItem().legend.items[0][1].item.toHtml()


def test_printing_is_light_and_comes_back(qtbot):
    label = QLabel("text")
    qtbot.addWidget(label)
    theme.set_mode("dark")
    with theme.printing(label) as palette:
        assert palette is LIGHT
        assert theme.palette is LIGHT
        assert label.palette().windowText().color().name() == LIGHT.text
        assert QApplication.palette().windowText().color().name() == DARK.text
    assert label.palette().windowText().color().name() == DARK.text
    assert theme.palette is DARK


def test_resources_and_data_are_found():
    assert resource("icons/run.svg").is_file()
    assert data("README.md").is_file()
    assert {field.name for field in dataclasses.fields(Palette)} >= {"sample", "delay", "response"}


def test_an_unknown_mode_follows_the_desktop():
    theme.set_mode("zzz")
    assert theme.mode is Mode.SYSTEM
