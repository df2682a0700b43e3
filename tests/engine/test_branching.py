"""Branches: unchanged ones repeat the parent, changed ones leave it untouched."""

import dataclasses
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import runs
from tiny import SHORT as CONFIG
from tiny import finish

from l2l_engine import branching
from l2l_engine.branching import BranchError
from l2l_engine.config import ConfigError, L2LError, RunType
from l2l_engine.protocols.protocol import Protocol, Stage
from l2l_engine.run import Run
from l2l_engine.storage.published import export_published, import_published
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.plan import Plan
from l2l_engine.training.records import Origin


@pytest.fixture(scope="module", params=[RunType.Full, RunType.DSManifPert], ids=str)
def parent(request, tmp_path_factory):
    config = CONFIG.replace(run_type=request.param, problems=5)
    return finish(Run.create(tmp_path_factory.mktemp("parent") / "parent.h5", config))


@pytest.mark.parametrize("finished", [1, 2, 3, 4])
def test_unchanged_branch_repeats_its_parent(parent, tmp_path, finished):
    before = hashlib.sha256(parent.read_bytes()).digest()
    with Run.branch(parent, finished, tmp_path / "branch.h5") as run:
        assert run.n_problems == finished
        while not run.finished:
            run.step()
    assert hashlib.sha256(parent.read_bytes()).digest() == before
    with Session.open(parent) as old, Session.open(tmp_path / "branch.h5") as new:
        assert new.parent == str(parent)
        assert new.lineage.parent_id == old.lineage.id
        assert new.lineage.branched_after == finished
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


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    return finish(Run.create(tmp_path_factory.mktemp("full") / "full.h5", CONFIG))


def same_rows(first, second):
    with Session.open(first) as old, Session.open(second) as new:
        np.testing.assert_array_equal(old.trial_column("task_loss"), new.trial_column("task_loss"))
        np.testing.assert_array_equal(old.stimuli, new.stimuli)
        np.testing.assert_array_equal(old.trials_run, new.trials_run)


def test_branch_with_another_batch_size_resumes(full, tmp_path):
    path = tmp_path / "b.h5"
    with Run.branch(full, 2, path, changes={"batch_size": 3}) as run:
        run.step()
        trials = run.n_trials
    with Run.resume(path) as run:
        assert run.n_trials == trials
        run.step()
    with Session.open(full) as old, Session.open(path) as new:
        inherited = int(old.trials_run[:2].sum())
        assert (new.trial_column("stimulus")[:inherited] == -1).all()
        assert (new.trial_column("stimulus")[inherited:] >= 0).all()
        np.testing.assert_array_equal(
            new.trial_column("task_loss", 0, inherited), old.trial_column("task_loss", 0, inherited)
        )


def test_branch_of_an_import_without_trial_rows_resumes(tmp_path):
    learned = finish(Run.create(tmp_path / "learned.h5", CONFIG.replace(criterion_loss=5.0)))
    folder = export_published(learned, tmp_path / "published")
    for file in folder.glob("trIms_*"):
        file.unlink()
    imported = import_published(folder, tmp_path / "imported.h5")
    small = {name: getattr(CONFIG, name) for name in ("sample_ms", "delay_ms", "response_ms")}
    with Session.open(imported) as session:
        assert session.n_trials == 0
        expected = session.trials_run[:3].sum()
    path = tmp_path / "b.h5"
    with Run.branch(imported, 3, path, changes=small | {"mask_ms": 10, "problems": 5}) as run:
        run.step()
    with Run.resume(path) as run:
        assert run.n_trials == expected + 1
    with Session.open(path) as session:
        assert np.isnan(session.trial_column("task_loss")[:-1]).all()
        assert session.trial_column("problem")[-2:].tolist() == [2, 3]


def test_branch_of_a_branch_with_another_window_begins_at_its_trial(full, tmp_path):
    """The window of the problems inherited is the parent's, not the branch's."""
    changes = {"criterion_trials": 8, "max_trials": 20}
    first = finish(Run.branch(full, 2, tmp_path / "first.h5", changes=changes))
    second = finish(Run.branch(first, 4, tmp_path / "second.h5"))
    same_rows(first, second)


def test_branch_after_own_stimuli_repeats_its_parent(full, tmp_path):
    own = np.random.RandomState(1).randn(2, CONFIG.stimulus_channels)
    parent = finish(Run.branch(full, 1, tmp_path / "own.h5", stimuli=own))
    branch = finish(Run.branch(parent, 3, tmp_path / "branch.h5"))
    same_rows(parent, branch)
    with Session.open(branch) as session:
        assert session.problem_column("stimuli_from").tolist() == [0, 4, 0, 0, 0]


@pytest.mark.parametrize(("turned", "kind"), [(False, 1), (True, 2)])
def test_stimuli_of_an_earlier_problem_are_recognised(full, tmp_path, turned, kind):
    with Session.open(full) as session:
        stimuli = session.stimuli[1][::-1] if turned else session.stimuli[1]
    path = tmp_path / "again.h5"
    with Run.branch(full, 3, path, stimuli=stimuli):
        pass
    with Run.resume(path) as run:  # what is recorded survives a pause
        while run.n_problems == 3:
            run.step()
    with Session.open(path) as session:
        assert session.problem_column("stimuli_from").tolist() == [0, 0, 0, kind]
        assert session.problem_column("from_problem").tolist() == [-1, -1, -1, 1]


def test_version_1_goes_on_and_branches(tmp_path):
    """What a branch learns differs a little: the file was made before the first step had noise."""
    old = Path(__file__).parent / "storage" / "fixtures" / "version_1.h5"
    path = tmp_path / "old.h5"
    shutil.copyfile(old, path)
    finish(Run.resume(path))
    finish(Run.branch(old, 2, tmp_path / "branch.h5"))
    with Session.open(path) as resumed, Session.open(tmp_path / "branch.h5") as branch:
        assert (resumed.version, branch.version) == (1, 2)
        assert resumed.n_problems == branch.n_problems == 4
        np.testing.assert_array_equal(resumed.stimuli[:3], branch.stimuli[:3])
        np.testing.assert_array_equal(
            resumed.trial_column("task_loss", 0, 27), branch.trial_column("task_loss", 0, 27)
        )
        # the random stream is replayed: also the trials that follow show the same stimuli
        np.testing.assert_array_equal(
            resumed.trial_column("stimulus", 0, 33), branch.trial_column("stimulus", 0, 33)
        )


def test_own_stimuli_are_made_unit_length(parent, tmp_path):
    given = np.zeros((2, 10))
    given[0, :2], given[1, 9] = (3.0, 4.0), -0.1
    with Run.branch(parent, 3, tmp_path / "b.h5", changes={"problems": 4}, stimuli=given) as run:
        np.testing.assert_allclose(run.stimuli[0, :2], [0.6, 0.8], atol=1e-6)
        assert run.stimuli[1, 9] == -1.0
    for wrong in (np.zeros((2, 10)), np.full((2, 10), np.nan)):
        with pytest.raises(BranchError, match="finite vectors"):
            Run.branch(parent, 3, tmp_path / "c.h5", stimuli=wrong)


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


def made_up(path, *changes):
    """A session whose problems differ from the usual made-up ones in these ways."""
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        for index, change in enumerate(changes):
            writer.add_problem(dataclasses.replace(runs.problem(index), **change))
    return path


def test_what_is_recorded_of_each_problem_is_inherited(tmp_path):
    path = made_up(
        tmp_path / "a.h5",
        {"set_point": 0.25, "trials_run": 8, "origin": Origin(stage=0)},
        {"set_point": 0.5, "permutation": np.array([0, 3, 1, 2], np.int8)},
        {"set_point": 0.75, "trials_run": 3, "permutation": np.array([2, 0, 3, 1], np.int8)},
        {"set_point": 1.0},
    )
    with Session.open(path) as session:
        start = branching.boundary(session, 3)
        assert start.set_point == 0.75
        assert start.trial == 8 + 3  # trials not known count as none
        branching.copy_history(session, start, tmp_path / "b.h5").close()
    with Session.open(tmp_path / "b.h5") as branch:
        # the first direction stays in place in one of them
        assert branch.permutations.tolist() == [[-1] * 4, [0, 3, 1, 2], [2, 0, 3, 1]]
        assert branch.problem_column("stage").tolist() == [0, -1, -1]
        assert branch.trials_run.tolist() == [8, -1, 3]
        assert branch.first_trial.tolist() == [0, -1, 8]
        assert branch.n_trials == 11


def test_a_branch_whose_protocol_needs_a_network_that_was_not_saved_names_it(tmp_path):
    lost = runs.weights_of(1).map(lambda array: np.full_like(array, np.nan))
    path = made_up(tmp_path / "a.h5", {}, {"weights": lost}, {})
    protocol = Protocol("back", (Stage(Plan(start=2)),), after=3)
    with pytest.raises(BranchError, match="needs the network after problem 2, which was not saved"):
        Run.branch(path, 3, tmp_path / "b.h5", protocol=protocol)
    assert not (tmp_path / "b.h5").exists()
