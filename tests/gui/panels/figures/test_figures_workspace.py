"""The paper's figures in the window: made, refused, previewed and exported."""

from __future__ import annotations

import shutil
import time

import pytest
from driving import PATIENCE, settle
from plug_ins import Site
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog

from l2l_engine.figures import Made, compose
from l2l_gui.look.resources_path import data
from l2l_gui.model.settings import settings
from l2l_gui.workers import figure_making
from l2l_gui.workers.figure_making import Stage


@pytest.fixture(autouse=True)
def opens_there(sandbox):
    """No time for the workspace that would be shown first."""
    settings.put("workspace", "figures")


@pytest.fixture
def blank(monkeypatch):
    """Figures are drawn as an empty sheet, for what does not depend on the picture."""
    monkeypatch.setattr(Made, "figure", lambda made: compose.sheet(100.0))


@pytest.fixture
def site(tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    made = Site(tmp_path / "site", monkeypatch)
    yield made
    made.close()


def figures(window, qtbot):
    window.workspaces.go("figures")
    panel = window.workspaces.panel("figures")
    qtbot.waitUntil(lambda: panel.figures.list.count() == 10, timeout=PATIENCE)
    return panel


def choose(panel, number: int) -> None:
    row = next(row for row in panel.figures.rows if row.data(Qt.ItemDataRole.UserRole) == number)
    panel.figures.list.setCurrentItem(row)


def wait_until_sharp(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: panel.page.preview.sharp, timeout=PATIENCE)


def test_the_first_figure_is_made_previewed_and_says_what_is_less_than_the_paper(
    opened, qtbot, no_errors
):
    panel = figures(opened, qtbot)
    wait_until_sharp(panel, qtbot)
    assert panel.maker.item(1).stage is Stage.READY
    assert "the paper: 10" in panel.page.caption.text()
    assert panel.page.caption.isVisible()
    image = panel.page.preview.image
    assert image.width() > 400
    rows, columns = range(0, image.height(), 7), range(0, image.width(), 3)
    colours = {image.pixelColor(x, y).name() for y in rows for x in columns}
    assert len(colours) > 20


@pytest.mark.parametrize("name", ["revisit", "beyond", "studies"])
def test_figures_beyond_the_paper_are_made_from_the_tables_that_ship(
    opened, name, blank, qtbot, no_errors
):
    panel = figures(opened, qtbot)
    choose(panel, name)  # the open session alone has no such sets, and no tables
    qtbot.waitUntil(lambda: panel.maker.item(name).stage is Stage.REFUSED, timeout=PATIENCE)
    settle(opened, qtbot)
    assert "shipped networks" in panel.page.message.label.text()
    panel.sources.want_shipped(True)
    qtbot.waitUntil(lambda: panel.maker.item(name).stage is Stage.READY, timeout=PATIENCE)
    settle(opened, qtbot)
    assert "seeds 0–9" in panel.page.caption.text()
    assert panel.table() is not None


def test_figures_of_the_example_leave_what_ships_as_it_is(
    window, blank, qtbot, no_errors, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in data("results").iterdir()}
    window.runner.open(data("pretrained.h5"))
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    panel = figures(window, qtbot)
    panel.sources.list.item(0).setCheckState(Qt.CheckState.Checked)  # the example itself
    panel.sources.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    wait_until_sharp(panel, qtbot)
    qtbot.waitUntil(lambda: panel.maker.item(1).stage is Stage.READY, timeout=PATIENCE)
    settle(window, qtbot)
    assert {path: path.stat().st_mtime_ns for path in data("results").iterdir()} == before


def test_a_resized_preview_is_drawn_anew_pixel_by_pixel(opened, blank, qtbot, no_errors):
    panel = figures(opened, qtbot)
    wait_until_sharp(panel, qtbot)
    before = panel.page.preview.image.size()
    opened.resize(1900, 1150)
    wait_until_sharp(panel, qtbot)
    after, room = panel.page.preview.image.size(), panel.page.preview._room()
    assert after.width() > before.width()
    assert min(abs(after.width() - room.width()), abs(after.height() - room.height())) <= 2


def test_a_figure_that_lacks_networks_says_what_it_needs(opened, blank, qtbot, no_errors):
    panel = figures(opened, qtbot)
    choose(panel, 3)
    qtbot.waitUntil(lambda: panel.maker.item(3).stage is Stage.REFUSED, timeout=PATIENCE)
    assert "ControlManifPert" in panel.page.message.label.text()
    assert panel.page.message.isVisible()
    assert not panel.page.export_button.isEnabled()


def test_unlike_sessions_are_refused_naming_what_differs(
    opened, blank, six_problems, tmp_path, qtbot, no_errors
):
    other = shutil.copyfile(six_problems, tmp_path / "other.h5")
    panel = figures(opened, qtbot)
    wait_until_sharp(panel, qtbot)
    panel.sources.add_files([other])
    qtbot.waitUntil(lambda: panel.maker.item(1).stage is Stage.REFUSED, timeout=PATIENCE)
    assert "do not belong in one figure" in panel.page.message.label.text()
    item = panel.sources.list.item(1)
    item.setCheckState(Qt.CheckState.Unchecked)
    wait_until_sharp(panel, qtbot)
    assert panel.maker.item(1).stage is Stage.READY


def test_published_processed_files_make_a_figure_without_a_session(
    opened, blank, reference, qtbot, monkeypatch, no_errors
):
    panel = figures(opened, qtbot)
    panel.sources.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert "Check or add" in panel.page.message.label.text()
    assert panel.page.message.isVisible()
    names = [str(path) for path in sorted((reference / "published").glob("*.mat"))]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (names, ""))
    qtbot.mouseClick(panel.sources.add, Qt.MouseButton.LeftButton)
    choose(panel, 6)
    wait_until_sharp(panel, qtbot)
    assert panel.maker.item(6).stage is Stage.READY


def test_making_goes_on_while_others_are_looked_at_and_can_be_cancelled(
    opened, blank, qtbot, monkeypatch, no_errors
):
    released = []

    def slow(number, paths, recompute, progress):
        while not released:
            progress(0.3)
            time.sleep(0.005)
        raise AssertionError("not cancelled")

    panel = figures(opened, qtbot)
    wait_until_sharp(panel, qtbot)
    monkeypatch.setattr(figure_making, "_make", slow)
    choose(panel, 5)
    qtbot.waitUntil(lambda: panel.page.words.text().startswith("30%"), timeout=PATIENCE)
    choose(panel, 1)
    assert panel.page.preview.isVisible()
    assert panel.maker.item(5).stage is Stage.MAKING
    choose(panel, 5)
    assert panel.page.cancel_button.isVisible()
    qtbot.mouseClick(panel.page.cancel_button, Qt.MouseButton.LeftButton)
    assert "Cancelled" in panel.page.message.label.text()
    assert panel.page.message.button.isVisible()


def test_a_figure_is_exported_with_its_tables(opened, tmp_path, qtbot, monkeypatch):
    panel = figures(opened, qtbot)
    wait_until_sharp(panel, qtbot)
    for kind in ("pdf", "svg", "png"):
        target = tmp_path / kind / f"mine.{kind}"
        target.parent.mkdir()
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, path=target: (str(path), ""))
        shown = len(opened.notifications.bars)
        qtbot.mouseClick(panel.page.export_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(
            lambda shown=shown: len(opened.notifications.bars) > shown, timeout=PATIENCE
        )
        tables = list(target.parent.glob("mine_*.csv"))
        assert len(tables) >= 2
        assert "60" in max(tables, key=lambda path: path.stat().st_size).read_text()
    assert (tmp_path / "pdf" / "mine.pdf").read_bytes().startswith(b"%PDF")
    assert b"<text" in (tmp_path / "svg" / "mine.svg").read_bytes()
    assert QImage(str(tmp_path / "png" / "mine.png")).width() > 1500


def test_added_files_are_remembered(opened, blank, learned, tmp_path, qtbot):
    panel = figures(opened, qtbot)
    other = shutil.copyfile(learned, tmp_path / "other.h5")
    panel.sources.add_files([other])
    assert panel.state() == {"added": [str(other)], "shipped": None}
    settle(opened, qtbot)


def test_shipped_networks_make_the_figures_beside_the_example(window, qtbot, no_errors):
    window.runner.open(data("pretrained.h5"))
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    panel = figures(window, qtbot)
    item = panel.sources.list.item(panel.sources.list.count() - 1)
    assert item.text().startswith("Shipped networks")
    assert item.checkState() is Qt.CheckState.Checked
    choose(panel, 3)
    wait_until_sharp(panel, qtbot)
    assert "D→S" in panel.page.caption.text()
    item.setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: panel.maker.item(3).stage is Stage.REFUSED, timeout=PATIENCE)
    assert panel.state()["shipped"] is False
    settle(window, qtbot)


def test_shipped_networks_are_left_to_choose_beside_a_session_of_ones_own(
    opened, blank, qtbot, no_errors
):
    panel = figures(opened, qtbot)
    wait_until_sharp(panel, qtbot)
    item = panel.sources.list.item(1)
    assert item.checkState() is Qt.CheckState.Unchecked
    assert len(panel.sources.paths) == 1
    panel.set_state({"added": [], "shipped": True})
    assert panel.sources.paths[-1] == data("results")
    wait_until_sharp(panel, qtbot)
    assert panel.maker.item(1).stage is Stage.READY


FIGURE = """
from types import SimpleNamespace
from l2l_engine.figures import compose
NUMBER, TITLE, NEEDS = "torn", "Torn apart", None
def compute(sources, progress=None):
    {compute}
    return SimpleNamespace(caption="Nothing.")
def draw(content):
    {draw}
    return compose.sheet(60)
def table(content): return {{"one": {{"x": [1]}}}}
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (FIGURE.format(compute="pass", draw="pass"), ""),
        (FIGURE.format(compute="1 / 0", draw="pass"), "failed (ZeroDivisionError"),
        (FIGURE.format(compute="pass", draw="raise KeyError(3)"), "failed (KeyError: 3)"),
        ("import no_such_module", "cannot be loaded (ModuleNotFoundError"),
    ],
    ids=["fine", "compute", "draw", "import"],
)
def test_a_plug_ins_figure_is_drawn_or_says_why_not(site, request, qtbot, code, said):
    site.package("torn", code, figures={"torn": ""})
    points = site.folder / "torn-1.0.dist-info" / "entry_points.txt"
    points.write_text("[l2l.figures]\ntorn = torn\n")
    site.look()
    opened = request.getfixturevalue("opened")  # only now, as it lists the figures
    opened.workspaces.go("figures")
    panel = opened.workspaces.panel("figures")
    qtbot.waitUntil(lambda: panel.figures.list.count() == 11, timeout=PATIENCE)
    choose(panel, "torn")
    settle(opened, qtbot)
    page = panel.page
    if said:
        qtbot.waitUntil(lambda: said in page.message.label.text(), timeout=PATIENCE)
        assert "'torn' of the plug-in torn 1.0" in page.message.label.text()
        assert page.pages.currentWidget() is page.message
    else:
        wait_until_sharp(panel, qtbot)
        assert page.caption.text() == "Nothing."
    choose(panel, 1)
    wait_until_sharp(panel, qtbot)
    assert page.pages.currentWidget() is page.preview
