"""The tour, on a tiny run so that it is quick; every step must go well, or be reported."""

from __future__ import annotations

import json

import pytest
from driving import TINY

from l2l_engine.run import Run
from l2l_gui.tour import driver as tour
from l2l_gui.tour import exporting, learning
from l2l_gui.tour import steps as tour_steps
from l2l_gui.tour.driver import TourError


@pytest.fixture
def small_run(tmp_path):
    path = tmp_path / "small.h5"
    with Run.create(path, TINY) as run:
        while run.n_problems < 2:
            run.step()
    return path


def test_every_step_goes_well_and_is_reported(small_run, tmp_path, monkeypatch, qapp):
    monkeypatch.setattr(learning, "TRAINING_SECONDS", 0.5)
    # one that can be made of the run, and one that cannot; the others' tests are those of figures
    monkeypatch.setattr(exporting, "FIGURES", (3, 7))
    folder = tmp_path / "tour"
    code = tour.main(folder, [small_run], tour_steps.STEPS)
    report = json.loads((folder / "tour.json").read_text())
    failed = [step for step in report["steps"] if not step["ok"]]
    assert not failed
    assert not report["errors"]
    assert code == 0
    assert len(report["steps"]) == len(tour_steps.STEPS)
    for step in report["steps"]:
        for name in step["files"]:
            assert (folder / name).stat().st_size > 100, name
    measured = {key: value for step in report["steps"] for key, value in step["measured"].items()}
    assert measured["trials per second"] > 1
    assert measured["frame ms"]["p95"] >= measured["frame ms"]["median"] > 0


def test_a_failed_step_is_named_and_the_others_still_taken(tmp_path, qapp):
    def stumble(_tour):
        raise TourError("The floor is wet.")

    assert tour.main(tmp_path, [], (stumble, learning.show_the_window)) == 1
    report = json.loads((tmp_path / "tour.json").read_text())
    assert not report["ok"]
    assert [(step["name"], step["ok"]) for step in report["steps"]] == [
        ("stumble", False),
        ("show the window", True),
    ]
    assert report["steps"][0]["error"] == "The floor is wet."
