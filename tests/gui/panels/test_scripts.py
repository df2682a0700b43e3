"""Every panel's script makes the panel's numbers again from the session alone, and a picture."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bench import Bench
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from other_session import PROBLEMS, write_short

from l2l_engine.analysis import registry
from l2l_engine.config import L2LError
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.script import Layout
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels import PANELS
from l2l_gui.panels.analyses.from_record import panel_of
from l2l_gui.panels.base import Panel
from l2l_gui.panels.perturb import noise_curve, psychometric
from l2l_gui.panels.perturb.learning import PerturbLearningPanel

WITHOUT = {"FiguresPanel", "PerturbControlsPanel", "PerturbLearningPanel", "PerturbBoxesPanel"}
"""The paper's figures have a command; nothing is drawn of the disturbance; training is tried below."""
NAMES = [entry.panel for entry in PANELS if entry.panel not in WITHOUT]
ENTRIES = {entry.panel: entry for entry in PANELS}


@pytest.fixture
def bench(qtbot, tmp_path: Path, no_errors, monkeypatch) -> Iterator[Bench]:
    """A small session and one beside it; problem 4 selected, problems 2 to 4 the group."""
    for module in (noise_curve, psychometric):
        monkeypatch.setattr(module, "REPEATS", 2)
    made = Bench(qtbot, write_short(tmp_path / "small.h5"), PROBLEMS)
    made.context.sessions.add(OpenSession.open(write_short(tmp_path / "beside.h5")))
    made.select(4, time=150.0)
    yield made
    made.close()


def shown(bench: Bench, name: str) -> Panel:
    entry = ENTRIES[name]
    if entry.workspace == "compare":
        every = [
            bench.session,
            *(each for each in bench.context.sessions if each is not bench.session),
        ]
        bench.selection.update(sessions=tuple(each.path for each in every))
    panel = bench.show(entry.load(), (640, 420))
    bench.qtbot.waitUntil(lambda: panel.settled and panel.has_content, timeout=60_000)
    bench.settle()
    return panel


def run(panel: Panel, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tables:
    """Run the script as a person would, in a folder of its own; the tables it writes."""
    written: list[Tables] = []
    write = drawing.csv_files

    def noting(place, name, tables, notes):
        written.append(tables)
        return write(place, name, tables, notes)

    monkeypatch.setattr(drawing, "csv_files", noting)
    monkeypatch.setattr(drawing, "sheet", _unlaid)
    folder.mkdir()
    path = folder / f"{panel.name}.py"
    path.write_text(panel.script().text(Layout(kind="png", dpi=40), panel.name), encoding="utf-8")
    runpy.run_path(str(path), run_name="__main__")
    assert (folder / f"{panel.name}.png").read_bytes().startswith(b"\x89PNG")
    assert list(folder.glob(f"{panel.name}*.csv"))
    return written[0]


def _unlaid(width: float, height: float) -> Figure:
    """A sheet whose layout, which takes longest, is left alone."""
    figure = Figure(figsize=(width / 25.4, height / 25.4))
    FigureCanvasAgg(figure)
    return figure


def same(ours: dict, theirs: dict) -> None:
    for table, columns in theirs.items():
        assert list(ours[table]) == list(columns), table
        for name, values in columns.items():
            found, wanted = np.asarray(ours[table][name]), np.asarray(values)
            if wanted.dtype.kind in "US":
                np.testing.assert_array_equal(found, wanted, err_msg=name)
            else:
                np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_the_script_of_a_panel_gives_its_numbers_and_a_picture(bench, tmp_path, name, monkeypatch):
    panel = shown(bench, name)
    found = run(panel, tmp_path / "script", monkeypatch)
    same(found, panel.table().tables(panel.recipe))


@pytest.mark.parametrize("name", ["CompareCurvesPanel", "CompareBoxesPanel"])
def test_the_script_of_conditions_makes_their_means_again(bench, tmp_path, name, monkeypatch):
    panel = shown(bench, name)
    panel.option_values.set("grouped", True)
    bench.settle()
    found = run(panel, tmp_path / "script", monkeypatch)
    same(found, panel.table().tables(panel.recipe))
    assert "n = 2" in f"{found[panel.recipe]}"


def test_the_script_of_an_analysis_keeps_the_parameters_that_were_set(bench, tmp_path, monkeypatch):
    panel = bench.show(panel_of(registry.find("gradient-alignment")), (640, 420))
    panel.option_values.set("set count", 3)
    bench.settle()
    bench.qtbot.waitUntil(lambda: panel.settled and panel.has_content, timeout=60_000)
    (table,) = run(panel, tmp_path / "script", monkeypatch).values()
    np.testing.assert_allclose(table["alignment"], panel.table().arrays["alignment"])


def test_the_script_of_relearning_trains_the_same_copies(
    qtbot, six_problems, tmp_path, no_errors, monkeypatch
):
    bench = Bench(qtbot, Path(shutil.copyfile(six_problems, tmp_path / "tiny.h5")), 6)
    bench.select(4)
    panel = bench.show(PerturbLearningPanel)
    bench.qtbot.waitUntil(lambda: panel.settled and panel.start_button.isEnabled(), timeout=60_000)
    with pytest.raises(L2LError, match="trained nothing"):
        panel.script()
    panel.lab.edit(kind=PerturbationKind.DECISION_TO_STIMULUS, k=3)
    panel.start_button.click()
    lab = panel.lab
    bench.qtbot.waitUntil(
        lambda: not lab.learner.running and lab.reports.get(panel.task) is not None, timeout=60_000
    )
    bench.settle()
    found = run(panel, tmp_path / "script", monkeypatch)
    same(found, panel.table().tables(panel.recipe))
    bench.close()
