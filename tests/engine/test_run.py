"""A run and its file: what an error half through leaves behind."""

import numpy as np
import pytest
from tiny import TINY

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.training.curriculum import Curriculum

CONFIG = RunConfig(**TINY, problems=3, manifold_dimensions=2)


def train(run):
    while not run.finished:
        run.step()


def losses(path, config=CONFIG):
    with Run.create(path, config) as run:
        train(run)
    with Session.open(path) as session:
        return session.trial_column("task_loss")


def test_error_while_a_problem_ends_leaves_a_checkpoint_that_resumes(tmp_path, monkeypatch):
    path, ending = tmp_path / "run.h5", Curriculum._end_problem

    def fail(curriculum):
        if curriculum.problem == 1:
            raise MemoryError
        return ending(curriculum)

    monkeypatch.setattr(Curriculum, "_end_problem", fail)
    with pytest.raises(MemoryError):
        losses(path)
    with Run.resume(path) as run, pytest.raises(MemoryError):
        train(run)
    monkeypatch.undo()
    with Run.resume(path) as run:
        assert run.n_problems == 1
        train(run)
    with Session.open(path) as session:
        np.testing.assert_array_equal(
            session.trial_column("task_loss"), losses(tmp_path / "whole.h5")
        )


def test_extended_run_keeps_its_target(tmp_path):
    path = tmp_path / "run.h5"
    losses(path)
    with Run.resume(path) as run:
        run.extend(5)
        run.step()
    with Session.open(path) as session:
        assert session.config.problems == 5
    with Run.resume(path) as run:
        assert run.config.problems == 5
        with pytest.raises(L2LError, match="it has learned 3 already"):
            run.extend(2)
