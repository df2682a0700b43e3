"""Exports are looked at: as pictures, as drawings, as numbers."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from l2l_gui.look.theme import LIGHT, theme
from l2l_gui.output import exporting
from l2l_gui.output.exporting import ExportError, PanelData

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def panel(qtbot, qapp):
    """A panel in the dark theme: a label over a plot zoomed into the middle of a curve."""
    theme.apply(qapp)
    theme.set_mode("dark")
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.addWidget(QLabel("Loss & more"))
    plot = pg.PlotWidget()
    plot.setLabel("bottom", "Trials")
    plot.plot(np.arange(200.0), np.arange(200.0), pen=theme.pen("decision", 2))
    plot.addItem(pg.ScatterPlotItem([100.0], [100.0], size=20, brush=theme.brush("weight")))
    plot.setRange(xRange=(50, 150), yRange=(50, 150), padding=0)
    theme.style_plot(plot)
    connection = theme.changed.connect(lambda _: theme.style_plot(plot))
    column.addWidget(plot)
    widget.resize(500, 400)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()
    yield widget
    theme.set_mode("light")
    theme.changed.disconnect(connection)


def shares(image: QImage, colour: str) -> float:
    """Part of the picture within a few levels of a colour."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    raw = image.constBits().asstring(image.sizeInBytes())
    rows = np.frombuffer(raw, np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(-1, 3).astype(int)
    wanted = np.array(QColor(colour).getRgb()[:3])
    return float((np.abs(pixels - wanted).max(axis=1) < 12).mean())


def test_png_is_twice_the_size_and_shows_the_screen_colours(panel, tmp_path):
    exporting.export(panel, tmp_path / "p.png")
    image = QImage(str(tmp_path / "p.png"))
    assert (image.width(), image.height()) == (1000, 800)
    assert shares(image, theme.palette.panel) > 0.8
    assert shares(image, "#009e73") > 0.002
    assert shares(image, "#cc79a7") > 0.001


def test_svg_is_vectors_and_text_in_print_colours(panel, tmp_path):
    exporting.export(panel, tmp_path / "p.svg")
    root = ET.parse(tmp_path / "p.svg").getroot()
    assert root.get("viewBox") == "0 0 500 400"
    assert not list(root.iter(f"{SVG}image"))
    texts = {element.text.strip() for element in root.iter(f"{SVG}text")}
    assert {"Loss & more", "Trials", "100"} <= texts
    assert {element.get("fill") for element in root.iter(f"{SVG}text")} <= {
        LIGHT.text,
        LIGHT.quiet,
    }
    strokes = {path.get("stroke") for path in root.iter(f"{SVG}path")}
    assert "#009e73" in strokes
    fills = [path.get("fill") for path in root.iter(f"{SVG}path") if path.get("fill")]
    assert fills[0] == "#ffffff"
    curves = [p for p in root.iter(f"{SVG}path") if p.get("stroke") == "#009e73"]
    assert len(curves) == 1
    assert len(curves[0].get("d").split()) == 200
    assert theme.palette.dark


def test_svg_curves_keep_the_clip_of_their_plot(panel):
    root = ET.fromstring(exporting.svg(panel))
    clips = {c.get("id"): c[0].get("d") for c in root.iter(f"{SVG}clipPath")}

    def clip_of(wanted) -> str:
        for group in root.iter(f"{SVG}g"):
            if any(wanted(element) for element in group):
                return clips[group.get("clip-path")[5:-1]]
        raise AssertionError("not drawn")

    def width(clip: str) -> float:
        xs = [float(point.strip("ML").split(",")[0]) for point in clip.split()]
        return max(xs) - min(xs)

    curve = width(clip_of(lambda element: element.get("stroke") == "#009e73"))
    tick = clip_of(lambda element: element.tag == f"{SVG}text" and element.text == "60")
    assert 300 < curve < 480
    assert width(tick) > curve


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm to look at a PDF")
def test_pdf_looks_like_the_panel_on_white(panel, tmp_path):
    path = tmp_path / "p.pdf"
    exporting.export(panel, path)
    subprocess.run(["pdftoppm", "-r", "96", "-png", path, tmp_path / "p"], check=True)
    image = QImage(str(next(tmp_path.glob("p*.png"))))
    assert abs(image.width() - 500) <= 1
    assert abs(image.height() - 400) <= 1
    assert shares(image, "#ffffff") > 0.8
    assert shares(image, "#009e73") > 0.002
    text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True)
    assert "Loss & more" in text.stdout
    images = subprocess.run(["pdfimages", "-list", path], check=True, capture_output=True)
    assert len(images.stdout.splitlines()) == 2


def test_exporting_changes_nothing_on_the_screen(panel, tmp_path):
    before = panel.grab().toImage()
    for suffix in ("png", "svg", "pdf"):
        exporting.export(panel, tmp_path / f"p.{suffix}")
    QApplication.processEvents()
    assert panel.grab().toImage() == before


DATA = PanelData(
    {"time": np.arange(3.0), "rates": np.array([[0.1, 0.2], [1 / 3, np.nan], [5, 6]])},
    units={"time": "ms", "rates": "a.u."},
    title="Activity",
    notes=("problem 3\nof 60",),
)


def test_csv_of_equally_long_arrays_is_a_table(panel, tmp_path):
    exporting.export(panel, tmp_path / "d.csv", DATA)
    lines = (tmp_path / "d.csv").read_text().splitlines()
    assert lines[:2] == ["# Activity", "# problem 3 of 60"]
    assert next(csv.reader(lines[2:])) == ["time (ms)", "rates 1 (a.u.)", "rates 2 (a.u.)"]
    table = np.loadtxt(tmp_path / "d.csv", delimiter=",", comments="#", skiprows=3)
    np.testing.assert_array_equal(table[:, 1:], DATA.arrays["rates"])


def test_csv_of_unlike_arrays_is_one_value_a_row(tmp_path):
    data = PanelData({"a": np.arange(6).reshape(1, 2, 3), "b": np.array([0.5])})
    data.write_csv(tmp_path / "d.csv")
    rows = list(csv.reader((tmp_path / "d.csv").open()))
    assert rows[0] == ["array", "index 1", "index 2", "index 3", "value"]
    assert rows[6] == ["a", "0", "1", "2", "5"]
    assert rows[7] == ["b", "0", "", "", "0.5"]


def test_npz_gives_the_arrays_back_without_pickle(panel, tmp_path):
    exporting.export(panel, tmp_path / "d.npz", DATA)
    with np.load(tmp_path / "d.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["rates"], DATA.arrays["rates"])
        about = json.loads(str(file["about"]))
    assert about["units"] == {"time": "ms", "rates": "a.u."}


def test_objects_and_unknown_units_are_refused():
    with pytest.raises(ValueError, match="objects"):
        PanelData({"a": np.array([object()])})
    with pytest.raises(ValueError, match="no arrays"):
        PanelData({"a": [1]}, units={"b": "ms"})


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("p.docx", "p.docx has no known ending"),
        ("p.csv", "no data to export"),
        ("nowhere/p.svg", "could not be written"),
        ("nowhere/p.png", "could not be written"),
    ],
)
def test_bad_targets_get_one_sentence(panel, tmp_path, name, says):
    with pytest.raises(ExportError, match=says) as caught:
        exporting.export(panel, tmp_path / name)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_keeps_the_file_that_was_there(panel, tmp_path, monkeypatch):
    path = tmp_path / "p.svg"
    path.write_text("before")

    def full(_: Path, *__: object, **___: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ExportError, match="No space left"):
        exporting.export(panel, path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_clipboard_takes_picture_and_table(panel):
    exporting.copy_picture(panel)
    mime = QApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert b"<svg" in mime.data("image/svg+xml").data()
    exporting.copy_data(DATA)
    assert QApplication.clipboard().text().splitlines()[1] == "0.0\t0.1\t0.2"
