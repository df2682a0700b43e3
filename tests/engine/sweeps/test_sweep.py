"""Sweeps: a grid of resumable runs, with lost workers and failing runs survived."""

import json
import os
import signal
import time

import numpy as np
import pytest
from tiny import TINY

from l2l_engine.commands import sweep as command
from l2l_engine.config import ConfigError, RunType
from l2l_engine.storage.session import Session
from l2l_engine.sweeps.sweep import Sweep, SweepError, grid, train_run

SHORT = {**TINY, "manifold_dimensions": 2, "baseline_problems": 2, "problems": 4}


def test_grid_names_every_combination():
    runs = grid([0, 1], [RunType.Full, RunType.SSManifPert], {"sigma_rec": [0.05, 0.1]}, **SHORT)
    assert len(runs) == 8
    assert runs[0].name == "full_seed0_sigma_rec=0.05"
    assert {run.config.sigma_rec for run in runs} == {0.05, 0.1}
    with pytest.raises(ConfigError, match="sigma_wreck"):
        grid([0], [RunType.Full], {"sigma_wreck": [1]})
    with pytest.raises(ConfigError, match="twice"):
        grid([0, 0], [RunType.Full])


def test_perturbation_run_branched_from_the_full_run_is_the_run_itself(tmp_path):
    full, perturbed = grid([3], [RunType.Full, RunType.DSManifPert], **SHORT)
    (tmp_path / "alone").mkdir()
    (tmp_path / "shared").mkdir()
    alone = train_run(str(tmp_path / "alone"), perturbed)
    train_run(str(tmp_path / "shared"), full)
    branched = train_run(str(tmp_path / "shared"), perturbed)
    assert (alone.state, branched.state) == ("done", "done")
    with (
        Session.open(tmp_path / "alone" / perturbed.file) as a,
        Session.open(tmp_path / "shared" / perturbed.file) as b,
    ):
        assert a.parent is None
        assert "full_seed3.h5" in b.parent
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
        np.testing.assert_array_equal(a.weights(3).recurrent, b.weights(3).recurrent)
        np.testing.assert_array_equal(a.permutations, b.permutations)


def test_sweep_that_asks_for_more_problems_goes_on_where_it_ended(tmp_path):
    (short,) = grid([0], [RunType.Full], **SHORT)
    (longer,) = grid([0], [RunType.Full], **{**SHORT, "problems": 6})
    Sweep(tmp_path, [short]).train(workers=1)
    with Session.open(tmp_path / short.file) as session:
        before = session.trial_column("task_loss")
    (run,) = Sweep(tmp_path, [longer]).train(workers=1)
    assert (run.state, run.problems) == ("done", 6)
    with Session.open(tmp_path / short.file) as session:
        np.testing.assert_array_equal(session.trial_column("task_loss")[: len(before)], before)


def test_time_left_counts_trials_and_not_those_inherited_from_a_full_run(tmp_path):
    paper = grid([0], list(RunType))
    full, *perturbed = Sweep(tmp_path / "paper", paper).runs.values()
    assert 70_000 < full.trials_left < 100_000
    alone = Sweep(tmp_path / "alone", grid([0], [RunType.DSManifPert])).runs["ds_seed0"]
    branching = next(run for run in perturbed if run.config.run_type is RunType.DSManifPert)
    assert branching.trials_left < alone.trials_left - 5000  # problems 1 to 50


def test_same_problems_are_shared_by_conditions(tmp_path):
    runs = grid([1], [RunType.Full], {"max_trials": [6, 9]}, **{**SHORT, "same_problems": True})
    stimuli = []
    for run in runs:
        train_run(str(tmp_path), run)
        with Session.open(tmp_path / run.file) as session:
            stimuli.append(session.stimuli)
    np.testing.assert_array_equal(*stimuli)


def test_failed_run_is_reported_and_the_rest_goes_on(tmp_path):
    runs = grid([0, 1], [RunType.Full], **SHORT)
    (tmp_path / runs[0].file).write_text("not a session")
    states = {run.name: run for run in Sweep(tmp_path, runs).train(workers=1)}
    assert states["full_seed0"].state == "failed"
    assert "full_seed0.h5" in states["full_seed0"].message
    assert states["full_seed1"].state == "done"
    manifest = json.loads((tmp_path / "sweep.json").read_text())
    assert [row["state"] for row in manifest["runs"]] == ["failed", "done"]


def test_stopped_sweep_goes_on_from_the_checkpoints(tmp_path):
    long = {**SHORT, "max_trials": 5000, "criterion_loss": 1e-9}
    sweep = Sweep(tmp_path, grid([0], [RunType.Full], **long))

    def stop(runs):
        if runs[0].trials or (tmp_path / "full_seed0.h5").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.train(workers=1, progress=stop)
    assert sweep.runs["full_seed0"].state == "stopped"
    assert not (tmp_path / ".stop").exists()
    with Session.open(tmp_path / "full_seed0.h5") as session:
        assert session.checkpoint() is not None
    assert [run.state for run in Sweep(tmp_path).runs.values()] == ["stopped"]


def test_run_whose_turn_comes_after_the_stop_is_not_begun(tmp_path):
    (run,) = grid([0], [RunType.Full], **SHORT)
    (tmp_path / ".stop").touch()
    assert train_run(str(tmp_path), run) == run
    assert not (tmp_path / run.file).exists()


def test_folder_of_another_sweep_is_refused(tmp_path):
    Sweep(tmp_path, grid([0], [RunType.Full], **SHORT))
    with pytest.raises(SweepError, match="other parameters"):
        Sweep(tmp_path, grid([0], [RunType.Full], **{**SHORT, "sigma_rec": 0.2}))
    longer = grid([0], [RunType.Full], **{**SHORT, "problems": 9})
    assert Sweep(tmp_path, longer).runs["full_seed0"].config.problems == 9
    with pytest.raises(SweepError, match=r"no sweep\.json"):
        Sweep(tmp_path / "elsewhere")
    (tmp_path / "sweep.json").write_text("{")
    with pytest.raises(SweepError, match="damaged"):
        Sweep(tmp_path)


def test_command_trains_a_grid_and_says_so(tmp_path, capsys):
    settings = [f"--set={name}={value}" for name, value in SHORT.items() if name != "problems"]
    arguments = ["--seeds", "0", "--problems", "2", *settings, "-o", str(tmp_path), "--json"]
    assert command.main([*arguments, "--jobs", "1"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["state"] == "done"
    assert command.main(["-o", str(tmp_path / "nothing")]) == 2
    assert "sweep.json" in capsys.readouterr().err


def test_dask_sweep_survives_the_loss_of_a_worker(tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra l2l-explorer[cluster]")
    long = {**SHORT, "max_trials": 600, "criterion_loss": 1e-9, "problems": 2}
    sweep = Sweep(tmp_path, grid([0], [RunType.Full], **long))
    killed = []

    def kill_the_worker_once(runs):
        if not killed and runs[0].trials > 50:
            worker = next(iter(client.run(os.getpid).values()))
            os.kill(worker, signal.SIGKILL)
            killed.append(worker)

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        deadline = time.monotonic() + 120
        (run,) = sweep.train(client.get_executor(pure=False), progress=kill_the_worker_once)
        assert time.monotonic() < deadline
    assert killed, "the run ended before its worker could be killed"
    assert run.state == "done", run.message
    alone = tmp_path / "alone"
    alone.mkdir()
    train_run(str(alone), grid([0], [RunType.Full], **long)[0])
    with Session.open(tmp_path / run.file) as a, Session.open(alone / run.file) as b:
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
