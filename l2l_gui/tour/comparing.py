"""A branch beside its parent, and every workspace in other sizes and colours."""

from __future__ import annotations

from PyQt6.QtCore import QSize

from l2l_gui.dialogs.branch import BranchDialog
from l2l_gui.look.theme import Mode
from l2l_gui.tour.driver import Tour, TourError
from l2l_gui.tour.learning import train_a_problem
from l2l_gui.window.main_window import START_SIZE
from l2l_gui.window.view_menu import set_theme

SMALL, LARGE = QSize(1280, 800), QSize(2560, 1440)


def branch(tour: Tour) -> None:
    """Continue from an earlier problem in a new session, and learn a problem there."""
    window = tour.window
    parent = window.runner.session
    assert parent is not None
    window.workspaces.go("learn")
    window.selection.select_problem(max(1, parent.problems // 2))
    tour.settle()
    tour.press("branch")
    dialog = window.findChild(BranchDialog)
    if not isinstance(dialog, BranchDialog):
        raise TourError("Nothing asks where to branch to.")
    tour.click(dialog.create_button)
    tour.wait_for(
        "the branch to open",
        lambda: (now := window.runner.session) is not None and now.path != parent.path,
    )
    tour.settle()
    train_a_problem(tour, "branch")


def compare_with_the_branch(tour: Tour) -> None:
    """The branch beside its parent, which is opened again."""
    window = tour.window
    made = window.runner.session
    if made is None or made.parent is None:
        raise TourError("There is no branch to compare with.")
    parent = tour.trained
    if parent is None:
        raise TourError("The parent of the branch is unknown.")
    window.open_files([parent, made.path])
    tour.wait_for(
        "both sessions to open", lambda: window.selection.value.sessions == (parent, made.path)
    )
    tour.settle()


def see_it_dark(tour: Tour) -> None:
    """Every workspace in the dark theme."""
    set_theme(Mode.DARK)
    _see(tour, "dark", START_SIZE)
    set_theme(Mode.LIGHT)


def see_it_small(tour: Tour) -> None:
    """Every workspace on a small screen."""
    _see(tour, "small", SMALL)


def see_it_large(tour: Tour) -> None:
    """Every workspace on a large one."""
    _see(tour, "large", LARGE)


def _see(tour: Tour, folder: str, size: QSize) -> None:
    window = tour.window
    window.resize(size)
    tour.dismiss()
    window.selection.select_problem(window.selection.problems)
    for name in window.workspaces.names:
        window.workspaces.go(name)
        tour.rest(0.1)
        tour.settle()
        tour.screenshot(f"{folder}/{name}")
    window.resize(START_SIZE)
