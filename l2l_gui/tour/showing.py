"""What is shown to others: slow motion, the stage, a figure for publication."""

from __future__ import annotations

from l2l_gui.dialogs.publication import PublicationDialog
from l2l_gui.panels.learn.slow_motion import SlowMotionPanel
from l2l_gui.tour.driver import Tour, TourError


def replay_a_problem(tour: Tour) -> None:
    """The last problem learned once more, which must end with the very network it left."""
    window = tour.window
    window.selection.select_problem(window.selection.problems)
    window.workspaces.go("learn")
    panel = tour.shown("slow_motion")
    assert isinstance(panel, SlowMotionPanel)
    tour.settle()
    if not panel.replay_button.isEnabled():
        return  # of published files
    panel.option_values.set("speed", "500")
    tour.click(panel.replay_button)
    tour.wait_for("the replay", lambda: not panel.replayer.running)
    report = panel.replayer.report
    if report is None or not report.exact:
        raise TourError(f"The replay does not end as the learning did: {panel.words.text()}")
    panel.set_playing(False)
    panel.slider.setValue(panel.slider.maximum() // 2)
    tour.rest(0.1)
    tour.screenshot("learn-slow-motion")


def take_the_stage(tour: Tour) -> None:
    """The trajectories on the whole screen, and back."""
    window = tour.window
    workspace = window.workspaces.go("representations")
    panel = tour.shown("stage")
    tour.settle()
    dock = workspace.dock(panel)
    dock.set_full_screen(True)
    tour.rest(0.3)
    if not dock.isFullScreen():
        raise TourError("The stage does not fill the screen.")
    dock.set_full_screen(False)
    tour.rest(0.1)
    tour.settle()


def export_for_publication(tour: Tour) -> None:
    """A figure of the stage with its numbers and its script."""
    workspace = tour.window.workspaces.go("representations")
    panel = tour.shown("stage")
    tour.settle()
    workspace.header(panel).publish.trigger()
    found: list[PublicationDialog] = []

    def asked() -> bool:
        found[:] = tour.window.findChildren(PublicationDialog)
        return bool(found) and not found[0].picture.whole.isNull()

    tour.wait_for("the preview of a figure", asked)
    folder = tour.folder / "exports" / "publication"
    found[0].folder.setText(str(folder))
    tour.click(found[0].accept_button)
    script = folder / f"{panel.name}.py"
    tour.wait_for("the figure's folder", script.is_file)
    tour.settle()
    for path in sorted(folder.iterdir()):
        tour.note_file(path)
