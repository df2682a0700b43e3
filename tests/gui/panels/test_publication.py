"""A figure for publication and its script, asked for in the panel's menu."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench
from other_session import PROBLEMS, write_short
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from l2l_engine.recipes import drawing
from l2l_gui.dialogs.publication import PublicationDialog, remembered
from l2l_gui.panels.dynamics.speed import SpeedPanel
from l2l_gui.panels.header import PanelHeader
from l2l_gui.panels.learn.trial import TrialPanel

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def bench(qtbot, tmp_path: Path, no_errors) -> Iterator[Bench]:
    """A small session with a problem selected."""
    made = Bench(qtbot, write_short(tmp_path / "small.h5"), PROBLEMS)
    made.select(4, time=150.0)
    yield made
    made.close()


def asked(bench: Bench, panel) -> tuple[PanelHeader, PublicationDialog]:
    """The dialog, opened by the menu's entry, its first preview drawn."""
    header = PanelHeader(panel)
    bench.qtbot.addWidget(header)
    assert header.publish in header.menu().actions()
    header.publish.trigger()
    found: list[PublicationDialog] = []

    def open_and_drawn() -> bool:
        found[:] = panel.window().findChildren(PublicationDialog)
        return bool(found) and not found[0].picture.whole.isNull()

    bench.qtbot.waitUntil(open_and_drawn, timeout=60_000)
    return header, found[0]


def test_a_folder_has_the_picture_in_millimetres_the_numbers_and_the_script(bench, tmp_path):
    panel = bench.show(SpeedPanel)
    _, dialog = asked(bench, panel)
    folder = tmp_path / "figure"
    dialog.width_mm.setValue(85.0)
    dialog.height_mm.setValue(60.0)
    dialog.kind.setCurrentText("SVG")
    bench.qtbot.keyClicks(dialog.caption, "Two speeds.")
    dialog.folder.setText(str(folder))
    bench.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: len(bench.said) == 1, timeout=60_000)
    assert sorted(path.name for path in folder.iterdir()) == ["speed.csv", "speed.py", "speed.svg"]
    root = ET.parse(folder / "speed.svg").getroot()
    size = [float(root.get(side).removesuffix("pt")) / 72 * 25.4 for side in ("width", "height")]
    assert size == pytest.approx([85, 60], abs=0.1)
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {"Two speeds.", "Speed (a.u./s)", "stimulus 0"} <= words
    assert not list(root.iter(f"{SVG}image"))
    lines = (folder / "speed.csv").read_text().splitlines()
    assert lines[0] == "# Speed"
    assert lines[1].startswith("# Session small: seed ")
    assert lines[2].startswith("# Made with L2L Explorer ")
    assert lines[3] == "time (ms),stimulus 0 speed (a.u./s),stimulus 1 speed (a.u./s)"
    assert "drawing.sheet(85, 60)" in (folder / "speed.py").read_text()
    assert (remembered().width_mm, remembered().kind) == (85.0, "svg")


def test_the_preview_follows_and_is_dark_on_request(bench):
    panel = bench.show(SpeedPanel)
    _, dialog = asked(bench, panel)
    shade = dialog.picture.whole.toImage().pixelColor(1, 1).name()
    assert shade == "#ffffff"  # also in the dark theme: paper is white
    dialog.dark.click()
    bench.qtbot.waitUntil(
        lambda: dialog.picture.whole.toImage().pixelColor(1, 1).name() != shade, timeout=60_000
    )
    assert dialog.picture.whole.toImage().pixelColor(1, 1).name() == drawing.NIGHT["background"]
    dialog.folder.setText("/nowhere/at/all")
    assert not dialog.accept_button.isEnabled()
    dialog.reject()


def test_copied_as_python_it_is_a_script(bench):
    panel = bench.show(SpeedPanel)
    header = PanelHeader(panel)
    bench.qtbot.addWidget(header)
    header.copy_python.trigger()
    bench.qtbot.waitUntil(lambda: len(bench.said) == 1, timeout=60_000)
    text = QApplication.clipboard().text()
    compile(text, "copied.py", "exec")
    assert "numbers(session, problem=4)" in text
    assert str(bench.session.path) in text


def test_a_trial_in_training_is_in_no_file(bench):
    panel = bench.show(TrialPanel)
    object.__setattr__(panel.answer.value, "live", True)
    header = PanelHeader(panel)
    bench.qtbot.addWidget(header)
    header.copy_python.trigger()
    bench.qtbot.waitUntil(lambda: len(bench.said) == 1, timeout=60_000)
    assert bench.said == [
        "The trial being trained is not in a file: select a learned problem first."
    ]
