"""The workspace Analyses in the window: panels added, linked, remembered and taken away; plug-ins in it."""

import sys
from pathlib import Path

import pytest
from bench import click, curve
from driving import PATIENCE, settle
from plug_ins import Site, install_example
from PyQt6 import sip
from PyQt6.QtCore import Qt

from l2l_engine import plugins
from l2l_engine.plugins import State
from l2l_gui.dialogs import plug_ins as dialog_module
from l2l_gui.model.settings import settings
from l2l_gui.panels.analyses.chooser import Chooser
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.window.main_window import MainWindow

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "engine"))

TORN_PANEL = """
from l2l_gui.panels.base import Panel, Ready, Table, Column, Flag
class Torn(Panel):
    name, title, help = "torn", "Torn", "Fails. On purpose. Always."
    options = (Flag("fine", "Be fine", {fine}),)
    depends = frozenset({{"problem"}})
    def build(self):
        {build}
    def ask(self, view):
        if not view["fine"]: {ask}
        return Ready(3)
    def draw(self, answer):
        if not answer.view["fine"]: {draw}
    def data(self, answer):
        return Table("Torn", (), Column("x", [3]))
"""
RAISES = "raise KeyError('torn apart')"


def torn(fine=False, build="pass", ask="pass", draw="pass"):
    return TORN_PANEL.format(fine=fine, build=build, ask=ask, draw=draw)


@pytest.fixture
def site(tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    made = Site(tmp_path / "site", monkeypatch)
    yield made
    made.close()


@pytest.fixture
def workspace(small, qtbot):
    return look(small, qtbot)


def look(window, qtbot):
    made = window.workspaces.go("analyses")
    qtbot.waitUntil(lambda: made.catalogue is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return made


def titles(workspace):
    return [panel.title for panel in workspace.panels]


def test_it_opens_with_a_scatter_plot_and_an_analysis(workspace):
    assert titles(workspace) == ["Scatter plot", "Path of the recurrent weights"]
    assert all(panel.has_content for panel in workspace.panels)
    assert not workspace.hint.isVisible()


def test_an_analysis_is_searched_for_chosen_and_linked(workspace, small, qtbot):
    workspace.add_analysis.trigger()
    (dialog,) = workspace.findChildren(Chooser)
    dialog.search.setText("unseen gradients")
    assert dialog.chosen.name == "gradient-alignment"
    assert "0.3 s a problem" in dialog.description.text()
    dialog.search.setText("nothing of the kind")
    assert dialog.chosen is None
    assert not dialog.add.isEnabled()
    dialog.search.clear()
    dialog.choose("forward-transfer")
    dialog.add.click()
    settle(small, qtbot)
    panel = workspace.panels[-1]
    assert panel.title == "First try on a new problem"
    small.selection.select_problem(3)
    settle(small, qtbot)
    assert panel.line.value() == 3
    assert all(dock.isVisible() for dock in workspace.docks)


def test_several_of_one_analysis_have_options_of_their_own(workspace, small, qtbot):
    first, second = (workspace.add("analysis", "speed") for _ in range(2))
    assert (first.title, second.title) == ("Speed of the state", "Speed of the state (2)")
    second.option_values.set("x", "problem")
    settle(small, qtbot)
    assert first.option_values["x"] == "time"
    assert first.has_content
    assert second.has_content


def test_a_panel_is_taken_away_and_the_last_leaves_a_hint(workspace, small, qtbot):
    for dock in list(workspace.docks):
        dock.close_button.click()
    qtbot.waitUntil(workspace.hint.isVisible)
    assert not workspace.docks
    assert "Add an analysis" in workspace.hint.label.text()
    assert not small.jobs.running
    small.selection.select_problem(2)
    settle(small, qtbot)
    workspace.add("scatter")
    settle(small, qtbot)
    assert workspace.panels[0].has_content
    small.actions_by_name["reset_layout"].trigger()
    settle(small, qtbot)
    assert titles(workspace) == ["Scatter plot", "Path of the recurrent weights"]


def test_a_panel_whose_size_was_chosen_is_taken_away_before_the_window_is_resized(
    workspace, small, qtbot
):
    first, second = workspace.docks
    workspace.resizeDocks([first, second], [200, 600], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: first in workspace._shares)
    first.close_button.click()
    qtbot.waitUntil(lambda: sip.isdeleted(first))
    small.resize(small.width() - 100, small.height() - 60)
    settle(small, qtbot)
    assert second.isVisible()


def test_what_was_chosen_is_there_at_the_next_launch(workspace, small, six_problems, qtbot):
    workspace.docks[0].close_button.click()
    panel = workspace.add("analysis", "lyapunov")
    panel.option_values.set("log", True)
    workspace.add("scatter").option_values.set("x", "problem")
    settle(small, qtbot)
    before = titles(workspace)
    small.close()
    again = MainWindow()
    qtbot.addWidget(again)
    again.runner.warms = False
    again.show()
    again.runner.open(six_problems)
    qtbot.waitUntil(lambda: again.runner.session is not None, timeout=PATIENCE)
    found = look(again, qtbot)
    assert titles(found) == before
    assert found.panels[1].option_values["log"] is True
    assert found.panels[2].option_values["x"] == "problem"
    again.close()


@pytest.mark.parametrize(
    "kept",
    [
        '{"panels": 3}',
        '{"panels": [["game", "x", 1], ["analysis", 3, 1], 7]}',
        "{",
        '{"panels": []}',
    ],
)
def test_damaged_settings_do_no_harm(small, qtbot, kept):
    settings.store.setValue("analyses", kept)
    workspace = look(small, qtbot)
    assert len(workspace.docks) in (0, 2)


def test_an_analysis_that_is_gone_is_named_and_the_others_come_back(small, qtbot):
    panels = [["analysis", "gone", 1], ["analysis", "speed", 1], ["panel", "gone too", 1]]
    settings.put("analyses", {"panels": panels})
    said = []
    small.notifications.inform = said.append
    workspace = look(small, qtbot)
    assert titles(workspace) == ["Speed of the state"]


def test_a_click_on_a_unit_silences_it_in_perturb_and_another_takes_that_back(
    workspace, small, qtbot
):
    panel = workspace.add("analysis", "selectivity")
    settle(small, qtbot)
    x, y = (values[4] for values in curve(panel.items[0]))
    said = []
    object.__setattr__(panel.context, "notify", said.append)
    lab = Lab.of(panel.context)
    click(qtbot, panel.view, panel.plot, float(x), float(y))
    assert lab.disturbance.lesioned == (int(x) - 1,)
    assert said == [f"Unit {int(x)} is silenced in Perturb."]
    qtbot.wait(600)  # two clicks, not one double click
    click(qtbot, panel.view, panel.plot, float(x), float(y))
    assert lab.disturbance.lesioned == ()
    small.workspaces.go("perturb")
    settle(small, qtbot)


def test_panels_beyond_two_rows_are_tabs_in_front_and_no_row_is_cramped(workspace, small, qtbot):
    height = workspace.height()
    for name in ("speed", "forward-transfer", "recurrent-change", "lyapunov"):
        workspace.add("analysis", name)
        settle(small, qtbot)
    assert len(workspace.docks) == 6
    for first, tabbed in zip(workspace.docks[2:4], workspace.docks[4:], strict=True):
        assert workspace.tabifiedDockWidgets(first) == [tabbed]
        assert tabbed.visibleRegion().isEmpty() is False
        assert first.visibleRegion().isEmpty()
    rows = [dock for dock in workspace.docks if not dock.visibleRegion().isEmpty()]
    assert len(rows) == 4
    assert min(dock.height() for dock in rows) > 0.35 * height


def test_there_is_an_end_to_how_many(workspace, small, qtbot):
    for _ in range(20):
        workspace.add("analysis", "moving-mean")
    settle(small, qtbot)
    assert len(workspace.docks) == 12


# -- plug-ins --------------------------------------------------------------------------------


def test_the_examples_panel_and_analysis_stand_beside_the_others(
    small, site, tmp_path, monkeypatch, qtbot
):
    monkeypatch.syspath_prepend(install_example(tmp_path / "installed" / "site"))
    site.look()
    workspace = look(small, qtbot)
    offered = {offer.name: offer for offer in workspace.catalogue.offers}
    assert offered["mean-rate"].title == "Mean rate"
    assert offered["mean-rate-course"].source == "l2l-mean-rate 1.0"
    assert "l2l_mean_rate.panel" not in sys.modules
    rate = workspace.add("analysis", "mean-rate")
    course = workspace.add("panel", "mean-rate-course")
    settle(small, qtbot)
    assert rate.has_content
    assert course.has_content
    assert list(course.table().arrays) == ["stimulus 0", "stimulus 1"]
    assert "mean-rate:mean_rate" in workspace.catalogue.quantities


@pytest.mark.parametrize(
    "code",
    [torn(build=RAISES), torn(ask=RAISES), torn(draw=RAISES)],
    ids=["build", "ask", "draw"],
)
def test_a_panel_that_raises_says_so_in_its_place(small, site, qtbot, code):
    site.package("torn", code, panels={"torn": "Torn"})
    workspace = look(small, qtbot)
    panel = workspace.add("panel", "torn")
    settle(small, qtbot)
    assert panel.empty_words == (
        "The panel 'torn' of the plug-in torn 1.0 failed (KeyError: 'torn apart'); the log has the details."
    )
    small.selection.select_problem(2)
    settle(small, qtbot)
    assert workspace.panels[0].has_content
    (plug_in,) = plugins.found()
    assert plugins.status(plug_in)[0] is State.FAILED
    workspace.remember()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit(1)", "it cannot be loaded (SystemExit: 1)"),
        ("Torn = 3", "it is no subclass of Panel"),
        ("from l2l_gui.panels.base import Panel\nclass Torn(Panel): pass", "it has no name"),
        (torn().replace("options =", "options = 3 #"), "failed (TypeError"),
    ],
    ids=["exit", "number", "nameless", "options"],
)
def test_a_panel_that_cannot_be_made_is_named_in_a_sentence(small, site, qtbot, code, words):
    site.package("torn", code, panels={"torn": "Torn", "speed": "Torn"})
    workspace = look(small, qtbot)
    said = []
    object.__setattr__(workspace._context, "notify", said.append)
    assert workspace.add("panel", "torn") is None
    assert words in said[0]
    assert "torn 1.0" in said[0]
    assert len(workspace.docks) == 2
    assert "speed" not in [
        offer.name for offer in workspace.catalogue.offers if offer.what == "panel"
    ]


def test_an_analysis_that_fails_takes_nothing_with_it(small, site, qtbot):
    site.package("torn", "import nothing_of_the_kind", analyses={"torn": "function"})
    workspace = look(small, qtbot)
    (sentence,) = workspace.catalogue.failed
    assert sentence.startswith("The analysis 'torn' of the plug-in torn 1.0 is left out")
    assert len(workspace.docks) == 2


# -- Help > Plug-ins -----------------------------------------------------------------------------


@pytest.fixture
def listed(small, qtbot):
    """The dialog, opened from the menu."""

    def show():
        small.actions_by_name["plug_ins"].trigger()
        return next(
            each for each in small.findChildren(dialog_module.PlugInsDialog) if each.isVisible()
        )

    return show


def rows(dialog):
    items = [dialog.tree.topLevelItem(k) for k in range(dialog.tree.topLevelItemCount())]
    return {item.text(0): (item.text(1), item.text(2), item.text(3)) for item in items}


def test_help_lists_plug_ins_with_state_and_reason(listed, site, qtbot):
    site.package(
        "torn",
        "import nothing_of_the_kind",
        analyses={"torn": "function", "speed": "function"},
        protocols={"mine": "template"},
    )
    site.file("broken.py", "x = 1")
    dialog = listed()
    assert rows(dialog) == {
        "torn": ("analysis", "torn 1.0", "not used yet"),
        "speed": ("analysis", "torn 1.0", "left out"),
        "mine": ("protocol", "torn 1.0", "not used yet"),
        "–": ("–", "broken.py", "left out"),
    }
    dialog.check.click()
    assert rows(dialog)["torn"][2] == "left out"
    assert rows(dialog)["mine"][2] == "left out"
    for item in dialog.tree.findItems("torn", dialog_module.Qt.MatchFlag.MatchExactly):
        dialog.tree.setCurrentItem(item)
    assert "No module named 'nothing_of_the_kind'" in dialog.reason.text()
    dialog.close()


def test_without_plug_ins_it_says_how_to_get_one(listed, site):
    dialog = listed()
    assert "entry points" in dialog.reason.text()
    assert not dialog.allow.isEnabled()
    dialog.close()


FILE = (
    'PLUG_INS = {"l2l.panels": {"torn": "Torn"}}\n'
    "import pathlib; pathlib.Path(__file__ + '.ran').touch()\n" + torn(fine=True)
)


@pytest.mark.parametrize("answer", [True, False])
def test_a_file_is_asked_about_once_in_a_plain_question(
    small, listed, site, qtbot, monkeypatch, answer
):
    file = site.file("mine.py", FILE)
    said, asked = [], []
    small.notifications.inform = said.append
    small.features.say_what_waits()
    assert said == ["mine.py in the plug-in folder is off until you allow it: Help > Plug-ins."]
    monkeypatch.setattr(dialog_module, "agrees", lambda *given: asked.append(given[1:3]) or answer)
    dialog = listed()
    assert rows(dialog)["torn"] == ("panel", "mine.py", "off")
    dialog.check.click()  # does not run it
    dialog.allow.click()
    ((question, risk),) = asked
    assert question == "Allow mine.py, which adds the panel torn?"
    assert "It is code: it can do whatever you can do on this computer." in risk
    assert not Path(f"{file}.ran").exists()
    assert rows(dialog)["torn"][2] == ("not used yet" if answer else "off")
    assert dialog.allow.isEnabled() is not answer
    dialog.close()
    workspace = look(small, qtbot)
    offered = [offer.name for offer in workspace.catalogue.offers if offer.what == "panel"]
    assert offered == (["torn"] if answer else [])
    if answer:
        panel = workspace.add("panel", "torn")
        settle(small, qtbot)
        assert panel.has_content
        said.clear()
        small.features.say_what_waits()
        assert said == []


def test_a_file_allowed_later_is_offered_at_once(small, listed, site, qtbot):
    file = site.file("mine.py", FILE)
    workspace = look(small, qtbot)
    plugins.allow(file)
    workspace.add_analysis.trigger()
    qtbot.waitUntil(lambda: bool(workspace.findChildren(Chooser)), timeout=PATIENCE)
    (dialog,) = workspace.findChildren(Chooser)
    dialog.choose("torn")
    assert dialog.chosen.name == "torn"
    dialog.reject()
