"""Branches: unchanged ones repeat the parent, changed ones leave it untouched."""

import hashlib

import numpy as np
import pytest

from l2l_engine.branching import BranchError
from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType
from l2l_engine.run import Run
from l2l_engine.storage.session import Session

CONFIG = RunConfig(
    units=16,
    sample_ms=20,
    delay_ms=20,
    response_ms=40,
    mask_ms=10,
    dt=2.0,
    tau=20.0,
    criterion_trials=5,
    max_trials=12,
    baseline_problems=2,
    problems=5,
    criterion_loss=0.9,
)


def train(path, config):
    with Run.create(path, config) as run:
        while not run.finished:
            run.step()
    return path


@pytest.fixture(scope="module", params=[RunType.Full, RunType.DSManifPert], ids=str)
def parent(request, tmp_path_factory):
    config = CONFIG.replace(run_type=request.param, problems=5)
    return train(tmp_path_factory.mktemp("parent") / "parent.h5", config)


@pytest.mark.parametrize("finished", [1, 2, 3, 4])
def test_unchanged_branch_repeats_its_parent(parent, tmp_path, finished):
    before = hashlib.sha256(parent.read_bytes()).digest()
    with Run.branch(parent, finished, tmp_path / "branch.h5") as run:
        assert run.n_problems == finished
        while not run.finished:
            run.step()
    assert hashlib.sha256(parent.read_bytes()).digest() == before
    with Session.open(parent) as old, Session.open(tmp_path / "branch.h5") as new:
        assert new.parent.endswith(f"parent.h5 after problem {finished}")
        assert new.n_problems == old.n_problems == 5
        np.testing.assert_array_equal(old.trial_column("task_loss"), new.trial_column("task_loss"))
        np.testing.assert_array_equal(old.stimuli, new.stimuli)
        for name, array in old.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, new.weights(slice(None)).arrays()[name])


def test_branch_with_changes_and_swapped_stimuli(parent, tmp_path):
    with Session.open(parent) as old:
        swapped = old.stimuli[0][::-1]
    changes = {"sigma_rec": 0.1, "run_type": RunType.Full, "problems": 4}
    with Run.branch(parent, 3, tmp_path / "b.h5", changes=changes, stimuli=swapped) as run:
        np.testing.assert_allclose(run.stimuli, swapped, atol=1e-6)
        assert run.config.sigma_rec == 0.1
        while not run.finished:
            run.step()
    with Session.open(tmp_path / "b.h5") as new:
        np.testing.assert_allclose(new.stimuli[3], swapped, atol=1e-6)
        assert new.n_problems == 4


def test_impossible_branches_are_refused(parent, tmp_path):
    with pytest.raises(BranchError, match="problems 1 to 5"):
        Run.branch(parent, 9, tmp_path / "x.h5")
    with pytest.raises(L2LError, match="shape"):
        Run.branch(parent, 2, tmp_path / "x.h5", changes={"units": 20})
    with pytest.raises(ConfigError, match="sigma_rec"):
        Run.branch(parent, 2, tmp_path / "x.h5", changes={"sigma_rec": -1})
    with pytest.raises(BranchError, match="shape"):
        Run.branch(parent, 2, tmp_path / "x.h5", stimuli=np.ones((2, 3)))
    assert not (tmp_path / "x.h5").exists()
