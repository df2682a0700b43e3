"""Busy overlay, empty state, error dialog and log console."""

from __future__ import annotations

import gc
import logging
import threading

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget

from l2l_engine.config import ConfigError
from l2l_gui.dialogs.error import UNEXPECTED, ErrorDialog, show_error
from l2l_gui.widgets.busy import DELAY_MS, BusyOverlay, EmptyState
from l2l_gui.widgets.log_console import MOST_RECORDS, LogConsole

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot):
    widget = QWidget()
    widget.resize(300, 200)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_overlay_waits_before_it_shows_and_covers_the_panel(qtbot, panel):
    overlay = BusyOverlay(panel)
    overlay.start()
    assert not overlay.isVisible()
    qtbot.waitUntil(overlay.isVisible)
    panel.resize(400, 250)
    assert overlay.size() == panel.size()
    overlay.stop()
    assert not overlay.isVisible()
    assert not overlay._frames.isActive()


def test_a_fast_answer_shows_no_overlay(qtbot, panel):
    overlay = BusyOverlay(panel)
    overlay.start()
    overlay.stop()
    qtbot.wait(DELAY_MS + 50)
    assert not overlay.isVisible()


def test_empty_state_offers_its_action(qtbot):
    done = []
    state = EmptyState("Nothing learned yet.", action="Run", on_action=lambda: done.append(1))
    qtbot.addWidget(state)
    state.show()
    qtbot.mouseClick(state.button, LEFT)
    assert done == [1]
    assert EmptyState("Nothing.").button.isHidden()


def test_a_known_error_is_its_own_sentence_without_a_traceback(qtbot):
    dialog = ErrorDialog.of(ConfigError("tau = -1 is out of range."))
    qtbot.addWidget(dialog)
    assert dialog.sentence.text() == "tau = -1 is out of range."
    assert dialog.show_details.isHidden()


def test_an_unexpected_error_hides_its_details_and_copies_them(qtbot):
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError as error:
        dialog = show_error(error)
    qtbot.addWidget(dialog)
    assert dialog.sentence.text() == UNEXPECTED
    assert not dialog.details.isVisible()
    qtbot.mouseClick(dialog.show_details, LEFT)
    assert dialog.details.isVisible()
    qtbot.mouseClick(dialog.copy, LEFT)
    assert "ZeroDivisionError: by nothing" in QApplication.clipboard().text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.fixture
def console(qtbot):
    logger = logging.getLogger("l2l.test")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    widget = LogConsole(logger)
    qtbot.addWidget(widget)
    widget.show()
    yield widget, logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)


def test_records_of_every_thread_arrive_in_order(qtbot, console):
    widget, logger = console
    threads = [
        threading.Thread(target=lambda n=n: [logger.info("%d-%d", n, i) for i in range(50)])
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(widget.text().splitlines()) == 150)
    for number in range(3):
        mine = [line for line in widget.text().splitlines() if f"  {number}-" in line]
        assert [int(line.rsplit("-")[-1]) for line in mine] == list(range(50))


def test_level_and_search_filter_what_is_shown_and_copied(qtbot, console):
    widget, logger = console
    logger.debug("detail")
    logger.info("opened session")
    logger.error("disk full")
    qtbot.waitUntil(lambda: "disk" in widget.text())
    assert "detail" not in widget.text()
    widget.level.setFocus()
    qtbot.keyClick(widget.level, Qt.Key.Key_Home)
    assert "detail" in widget.text()
    qtbot.keyClicks(widget.search, "DISK")
    assert len(widget.text().splitlines()) == 1
    qtbot.mouseClick(widget.copy, LEFT)
    assert QApplication.clipboard().text().endswith("disk full")
    widget.search.clear()
    assert len(widget.text().splitlines()) == 3
    qtbot.mouseClick(widget.clear, LEFT)
    assert widget.text() == ""


def test_the_log_is_bounded(qtbot, console):
    widget, logger = console
    for number in range(MOST_RECORDS + 200):
        logger.info("%d", number)
    qtbot.waitUntil(lambda: widget.text().endswith(str(MOST_RECORDS + 199)))
    assert len(widget.text().splitlines()) == MOST_RECORDS
    assert len(widget._records) == MOST_RECORDS


def test_a_closed_console_leaves_no_handler(qtbot):
    logger = logging.getLogger("l2l.gone")
    widget = LogConsole(logger)
    assert len(logger.handlers) == 1
    widget.deleteLater()
    del widget
    qtbot.waitUntil(lambda: gc.collect() >= 0 and not logger.handlers)
    logger.warning("nobody listens")
