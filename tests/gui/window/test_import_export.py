"""The authors' published files in and out through the window."""

from __future__ import annotations

import shutil
import zipfile

import numpy as np
import pytest
from driving import PATIENCE, TINY, settle
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from l2l_engine.run import Run
from l2l_engine.storage.published import export_published
from l2l_engine.storage.session import Session
from l2l_gui.dialogs.importing import ImportDialog
from l2l_gui.window import published_files
from l2l_gui.window.job_status import JobStatus

CONFIG = TINY.replace(problems=2)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder with two runs, and the session of the first."""
    place = tmp_path_factory.mktemp("published")
    for seed in (0, 1):
        with Run.create(place / f"{seed}.h5", CONFIG.replace(seed=seed)) as run:
            while not run.finished:
                run.step()
        export_published(place / f"{seed}.h5", place / f"files-{seed}")
    shutil.copytree(place / "files-0", place / "both")
    shutil.copytree(place / "files-1", place / "both", dirs_exist_ok=True)
    return place


def drop(window, path) -> ImportDialog:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    where = QPointF(window.rect().center())
    window.dropEvent(QDropEvent(where, Qt.DropAction.CopyAction, mime, left, none))
    return window.findChild(ImportDialog)


def test_a_dropped_folder_of_two_runs_is_imported_after_choosing_one(window, published, qtbot):
    dialog = drop(window, published / "both")
    qtbot.waitUntil(lambda: dialog.runs.count() == 2, timeout=PATIENCE)
    assert "2 networks" in dialog.runs.itemText(1)
    dialog.runs.setCurrentIndex(1)
    target = dialog.target_path()
    assert target.name == "published-Full-seed-1.l2l.h5"
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.runner.session.path == target.resolve()
    assert "cannot be continued" in window.notifications.bars[-1].sentence
    assert "Imported from" in window.run_dock._origin.text()
    with Session.open(target) as session, Session.open(published / "1.h5") as original:
        np.testing.assert_array_equal(session.weights(1).recurrent, original.weights(1).recurrent)
    assert window.actions_by_name["branch"].isEnabled()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.waitUntil(
        lambda: any("branch" in bar.sentence for bar in window.notifications.bars[-1:]),
        timeout=PATIENCE,
    )
    settle(window, qtbot)


def test_a_zip_is_imported_from_the_menu(window, published, tmp_path, qtbot, monkeypatch):
    packed = shutil.make_archive(str(tmp_path / "files"), "zip", published / "files-0")
    window.actions_by_name["import"].trigger()
    dialog = window.findChild(ImportDialog)
    assert not dialog.import_button.isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (packed, ""))
    qtbot.mouseClick(dialog.choose_zip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.import_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.runner.session.problems == 2


def test_what_published_files_leave_unknown_is_said(window, published, tmp_path, qtbot):
    folder = shutil.copytree(published / "files-0", tmp_path / "files")
    for item in folder.glob("config_*.json"):
        item.unlink()
    window.features.published.read(folder, tmp_path / "again.h5")
    qtbot.waitUntil(lambda: bool(window.notifications.bars), timeout=PATIENCE)
    assert "do not record the time step" in window.notifications.bars[-1].sentence
    settle(window, qtbot)


def test_what_is_nothing_to_import_gets_a_sentence(window, tmp_path, qtbot):
    empty = tmp_path / "empty"
    empty.mkdir()
    dialog = drop(window, empty)
    qtbot.waitUntil(lambda: "no published files" in dialog.message.text(), timeout=PATIENCE)
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.writestr("../saved/1.mat", b"")
    dialog.source.setText(str(tmp_path / "slip.zip"))
    dialog.source.textEdited.emit("")
    qtbot.waitUntil(lambda: "outside itself" in dialog.message.text(), timeout=PATIENCE)
    assert not dialog.import_button.isEnabled()
    dialog.reject()


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_a_session_is_exported_and_comes_back_the_same(
    window, published, tmp_path, qtbot, monkeypatch, name
):
    window.runner.open(published / "0.h5")
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    target = tmp_path / name
    chosen = published_files.ZIP if name.endswith("zip") else published_files.FOLDER
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), chosen))
    window.actions_by_name["export_session"].trigger()
    qtbot.waitUntil(lambda: bool(window.notifications.bars), timeout=PATIENCE)
    assert str(target) in window.notifications.bars[-1].sentence
    again = tmp_path / "again.h5"
    window.features.published.read(target, again)
    qtbot.waitUntil(lambda: window.runner.session.path == again, timeout=PATIENCE)
    settle(window, qtbot)
    with Session.open(again) as session, Session.open(published / "0.h5") as original:
        np.testing.assert_array_equal(session.weights(1).output, original.weights(1).output)


def test_an_import_is_cancelled_from_the_status_bar_and_leaves_nothing(
    window, published, tmp_path, qtbot, monkeypatch
):
    def slow(source, target, prefix, progress):
        while True:
            progress(0.5)

    monkeypatch.setattr(published_files, "_import", slow)
    window.features.published.read(published / "files-0", tmp_path / "never.h5")
    monkeypatch.setattr(QMessageBox, "exec", lambda box: box.defaultButton().click())
    assert not window.features.may_close()
    status = window.statusBar().findChild(JobStatus)
    qtbot.waitUntil(status.isVisible, timeout=PATIENCE)
    qtbot.mouseClick(status.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.notifications.bars), timeout=PATIENCE)
    assert "cancelled" in window.notifications.bars[-1].sentence
    assert not (tmp_path / "never.h5").exists()
    assert window.features.may_close()
